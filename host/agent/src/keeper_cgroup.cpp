// SPDX-License-Identifier: AGPL-3.0-or-later
#include "keeper_cgroup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

#include "rapt/base/log.hpp"

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAside = "agent";
constexpr const char* kServerAside = "host";  ///< as host/sandbox calls it

std::string read_small(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool write_small(const fs::path& path, std::string_view text) {
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool has_word(const std::string& text, const std::string& word) {
  std::istringstream words(text);
  for (std::string one; words >> one;) {
    if (one == word) return true;
  }
  return false;
}

bool make_folder(const fs::path& folder) {
  return mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST;
}

}  // namespace

std::optional<fs::path> DelegatedCgroup::own(const std::string& cgroup_text) {
  std::istringstream hierarchies(cgroup_text);
  for (std::string line; std::getline(hierarchies, line);) {
    const bool sane = line.find("/../") == std::string::npos && !line.ends_with("/..");
    if (line.starts_with("0::/") && line != "0::/" && sane) return fs::path("/sys/fs/cgroup" + line.substr(3));
  }
  return std::nullopt;
}

std::optional<DelegatedCgroup> DelegatedCgroup::divide() {
  const auto own_folder = own(read_small("/proc/self/cgroup"));
  return own_folder ? divide(*own_folder) : std::nullopt;
}

std::optional<DelegatedCgroup> DelegatedCgroup::divide(const fs::path& own) {
  // Where the program before this one has moved the process to.
  const bool moved =
      own.filename() == kAside && has_word(read_small(own.parent_path() / "cgroup.subtree_control"), "memory");
  const fs::path folder = moved ? own.parent_path() : own;
  if (access((folder / "cgroup.subtree_control").c_str(), W_OK) != 0 ||
      access((folder / "cgroup.procs").c_str(), W_OK) != 0 || access(folder.c_str(), W_OK) != 0)
    return std::nullopt;
  const std::string controllers = read_small(folder / "cgroup.controllers");
  if (!has_word(controllers, "memory")) return std::nullopt;
  const bool done = moved || (make_folder(folder / kAside) && write_small(folder / kAside / "cgroup.procs", "0") &&
                              write_small(folder / "cgroup.subtree_control",
                                          has_word(controllers, "pids") ? "+memory +pids" : "+memory"));
  if (done) return DelegatedCgroup(folder);
  log::warn("keeper.cgroup_not_divided", {{"folder", folder.string()}, {"error", std::strerror(errno)}});
  return std::nullopt;
}

UniqueFd DelegatedCgroup::part(int place) const {
  const fs::path folder = folder_ / ("server-" + std::to_string(place));
  if (!make_folder(folder)) return {};
  // Where the server before moved itself to: its part gives limits on since then, and takes no members any more.
  const fs::path aside = folder / kServerAside;
  const fs::path joined = access(aside.c_str(), F_OK) == 0 ? aside : folder;
  return UniqueFd(open((joined / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
}

}  // namespace rapt::agent
