// SPDX-License-Identifier: AGPL-3.0-or-later
#include "cgroup.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

#include "memory_file.hpp"

namespace rapt::sandbox {

namespace fs = std::filesystem;

namespace {

constexpr const char* kPrefix = "rapt-";
constexpr const char* kOurOwn = "host";  ///< v2: a cgroup that has children with limits may have no members itself

/// Files of cgroups have no size; "" when one cannot be read.
std::string read_small(const fs::path& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char piece[4096];
  for (ssize_t size = 0; file && (size = read(file.get(), piece, sizeof piece)) > 0;)
    text.append(piece, static_cast<std::size_t>(size));
  return text;
}

/// 0 or errno.
int write_small(const fs::path& path, const std::string& text) {
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno;
  return write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

bool has_word(const std::string& text, const std::string& word) {
  std::istringstream words(text);
  for (std::string one; words >> one;) {
    if (one == word) return true;
  }
  return false;
}

bool is_there(const fs::path& path) {
  return access(path.c_str(), F_OK) == 0;
}

/// Why limits of memory cannot be set below `parent`, "" when they can. Moves this process out of the way.
std::string enable_v2(const fs::path& parent) {
  if (!has_word(read_small(parent / "cgroup.controllers"), "memory"))
    return "the memory controller is not given to " + parent.string();
  if (has_word(read_small(parent / "cgroup.subtree_control"), "memory")) return {};
  if (has_word(read_small(parent / "cgroup.procs"), std::to_string(getpid()))) {
    const fs::path aside = parent / kOurOwn;
    if (mkdir(aside.c_str(), 0755) != 0 && errno != EEXIST) return aside.string() + ": " + std::strerror(errno);
    if (const int error = write_small(aside / "cgroup.procs", "0"))
      return "moving this process to " + aside.string() + ": " + std::strerror(error);
  }
  // The number of processes is limited by other layers too: without its controller this one does without.
  const bool pids = has_word(read_small(parent / "cgroup.controllers"), "pids");
  const int error = write_small(parent / "cgroup.subtree_control", pids ? "+memory +pids" : "+memory");
  return error == 0 ? std::string()
                    : "giving the memory controller on in " + parent.string() + ": " + std::strerror(error);
}

/// Why this process's own cgroup is not taken, "" when it is.
std::string unfit(const fs::path& own) {
  for (const char* file : {".", "cgroup.procs", "cgroup.subtree_control"}) {
    if (access((own / file).c_str(), W_OK) != 0) return "no cgroup is delegated to this user";
  }
  std::istringstream members(read_small(own / "cgroup.procs"));
  for (int pid = 0; members >> pid;) {
    if (pid != getpid()) return "this process shares its cgroup with others";
  }
  return {};
}

}  // namespace

std::uint64_t counter(const std::string& text, const std::string& key) {
  std::istringstream lines(text);
  std::string name;
  for (std::uint64_t value = 0; lines >> name >> value;) {
    if (name == key) return value;
  }
  return 0;
}

std::optional<int> owner_of(const std::string& folder_name) {
  const std::string_view name = folder_name;
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const char* const last = name.data() + name.size();
  int pid = 0, number = 0;
  const auto [hyphen, pid_fault] = std::from_chars(name.data() + std::strlen(kPrefix), last, pid);
  if (pid_fault != std::errc{} || pid <= 0 || hyphen == last || *hyphen != '-') return std::nullopt;
  const auto [end, number_fault] = std::from_chars(hyphen + 1, last, number);
  if (number_fault != std::errc{} || end != last) return std::nullopt;
  return pid;
}

std::optional<fs::path> own_cgroup(const std::string& cgroup_text, const std::string& mountinfo_text) {
  std::string path;
  std::istringstream hierarchies(cgroup_text);
  for (std::string line; std::getline(hierarchies, line);) {
    if (line.starts_with("0::/")) path = line.substr(3);
  }
  if (path.empty() || path.find("/../") != std::string::npos || path.ends_with("/..")) return std::nullopt;
  std::istringstream mounts(mountinfo_text);
  for (std::string line; std::getline(mounts, line);) {
    const auto kind = line.find(" - cgroup2 ");
    if (kind == std::string::npos) continue;
    std::istringstream fields(line);
    std::string ignored, root, point;
    if (!(fields >> ignored >> ignored >> ignored >> root >> point)) continue;
    if (root == "/") return fs::path(point + path).lexically_normal();
    if (path == root || path.starts_with(root + "/")) return fs::path(point + path.substr(root.size()));
  }
  return std::nullopt;
}

bool Cgroup::ran_out() const {
  const char* file = version_ == CgroupVersion::kV1 ? "memory.oom_control" : "memory.events";
  return counter(read_small(folder_ / file), "oom_kill") != 0;
}

Cgroups Cgroups::find(const fs::path& delegated) {
  Cgroups found;
  found.parent_ = delegated;
  if (delegated.empty()) {
    auto own = own_cgroup(read_small("/proc/self/cgroup"), read_small("/proc/self/mountinfo"));
    // Where an earlier look has moved this process to.
    if (own && own->filename() == kOurOwn &&
        has_word(read_small(own->parent_path() / "cgroup.subtree_control"), "memory"))
      own = own->parent_path();
    found.why_off_ = own ? unfit(*own) : "no cgroup (v2) is delegated to this user";
    if (!found.why_off_.empty()) return found;
    found.parent_ = *own;
  }
  if (is_there(found.parent_ / "memory.limit_in_bytes")) {
    found.version_ = CgroupVersion::kV1;
  } else if (is_there(found.parent_ / "cgroup.subtree_control")) {
    found.why_off_ = enable_v2(found.parent_);
    if (found.why_off_.empty()) found.version_ = CgroupVersion::kV2;
  } else {
    found.why_off_ = found.parent_.string() + " is no cgroup";
  }
  if (!found.on()) return found;
  found.remove_leftovers();
  if (auto trial = found.make(std::uint64_t{64} << 20)) {
    found.remove(*trial);
  } else {
    found.turn_off(trial.error().message);
  }
  return found;
}

Layer Cgroups::layer() const {
  if (!on()) return {"memory-cgroup", false, why_off_ + "; memory is bounded by address space"};
  return {"memory-cgroup", true, version_ == CgroupVersion::kV1 ? "cgroup v1" : "cgroup v2"};
}

void Cgroups::turn_off(std::string why) {
  version_.reset();
  why_off_ = std::move(why);
}

Result<void> Cgroups::limit(const fs::path& folder, std::uint64_t bytes) const {
  struct Setting {
    const char* file;
    std::string value;
    bool needed;
  };
  const std::string limit = std::to_string(bytes);
  const std::vector<Setting> settings =
      version_ == CgroupVersion::kV1
          ? std::vector<Setting>{{"memory.swappiness", "0", false},
                                 {"memory.limit_in_bytes", limit, true},
                                 {"memory.memsw.limit_in_bytes", limit, false}}
          : std::vector<Setting>{
                {"memory.swap.max", "0", false}, {"memory.max", limit, true}, {"pids.max", "1", false}};
  for (const auto& setting : settings) {
    if (!setting.needed && !is_there(folder / setting.file)) continue;
    if (const int error = write_small(folder / setting.file, setting.value))
      return system_error(("setting " + (folder / setting.file).string()).c_str(), error);
  }
  return {};
}

Result<Cgroup> Cgroups::make(std::uint64_t bytes) {
  static std::atomic<unsigned> last{0};
  sweep();
  const fs::path folder = parent_ / (kPrefix + std::to_string(getpid()) + "-" + std::to_string(++last));
  if (mkdir(folder.c_str(), 0755) != 0) return system_error(("making " + folder.string()).c_str(), errno);
  auto limited = limit(folder, bytes);
  UniqueFd joining(limited ? open((folder / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC) : -1);
  if (joining) return Cgroup(folder, *version_, std::move(joining));
  const int error = errno;
  rmdir(folder.c_str());
  if (!limited) return limited.error();
  return system_error(("opening cgroup.procs of " + folder.string()).c_str(), error);
}

void Cgroups::remove(const Cgroup& cgroup) {
  busy_.push_back(cgroup.folder());
  sweep();
}

void Cgroups::sweep() {
  std::erase_if(busy_, [](const fs::path& folder) { return rmdir(folder.c_str()) == 0 || errno == ENOENT; });
}

void Cgroups::finish() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  for (sweep(); !busy_.empty() && std::chrono::steady_clock::now() < deadline; sweep())
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

void Cgroups::remove_leftovers() const {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(parent_, failure)) {
    const auto owner = owner_of(entry.path().filename().string());
    // One that is in use after all cannot be removed; of a host that lives none is touched.
    if (owner && kill(*owner, 0) != 0 && errno == ESRCH) rmdir(entry.path().c_str());
  }
}

}  // namespace rapt::sandbox
