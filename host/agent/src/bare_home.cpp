// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bare_home.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/release/archive.hpp"

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPart = ".part";
constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

Result<void> make_folder(const fs::path& folder, mode_t mode) {
  if (::mkdir(folder.c_str(), mode) != 0 && errno != EEXIST) return disk_error(folder, "make", errno);
  return {};
}

/// "" where there is no such link; kInvalid where it is none, or leads elsewhere.
Result<std::string> version_of(const fs::path& link) {
  std::error_code failed;
  const auto status = fs::symlink_status(link, failed);
  if (status.type() == fs::file_type::not_found) return std::string();
  const fs::path target = fs::read_symlink(link, failed);
  const std::string version = target.filename().string();
  if (failed || target != fs::path("releases") / version || !Version::parse(version))
    return Error::invalid(link.string(), link.string() +
                                             " is no link to releases/VERSION. Remove it and restart the service: it "
                                             "is made anew from the releases that are there.");
  return version;
}

bool is_whole(const Home& home, const std::string& version) {
  const auto manifest = release::read_folder(home.release(version), true);
  return manifest && manifest->version == version;
}

}  // namespace

Error disk_error(const fs::path& path, std::string_view doing, int error_number) {
  const std::string what =
      "Cannot " + std::string(doing) + " " + printable(path.native(), 1000) + ": " + std::strerror(error_number) + ".";
  if (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG)
    return Error::unavailable("disk", what + " Make room on the disk.");
  if (error_number == EACCES || error_number == EPERM || error_number == EROFS)
    return Error::forbidden(what + " It must belong to the account that runs `rapt agent`.");
  return Error::unavailable("disk", what);
}

Result<void> sync_folder(const fs::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return disk_error(folder, "write", errno);
  return {};
}

Result<void> remove_folder(const fs::path& folder) {
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    // Who does not own it is told by remove_all.
    if (entry->is_directory() && !entry->is_symlink()) ::chmod(entry->path().c_str(), 0700);
  }
  failed.clear();
  if (fs::is_directory(folder, failed)) ::chmod(folder.c_str(), 0700);
  failed.clear();
  fs::remove_all(folder, failed);
  if (failed) return disk_error(folder, "remove", failed.value());
  return {};
}

Result<void> Home::prepare() const {
  RAPT_TRY(make_folder(root_, 0755));
  RAPT_TRY(make_folder(releases(), 0755));
  RAPT_TRY(make_folder(backups(), 0700));
  // It may have been made by hand, and holds what students wrote.
  if (::chmod(backups().c_str(), 0700) != 0) return disk_error(backups(), "change", errno);
  return make_folder(root_ / "downloads", 0700);
}

Result<UniqueFd> Home::lock() const {
  const auto path = root_ / "update.lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return disk_error(path, "open", errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return disk_error(path, "lock", errno);
  return Error::conflict("Another update of this machine is under way. `rapt update status` tells how far it is.");
}

Result<Links> Home::links() const {
  auto current = version_of(root_ / "current"), previous = version_of(root_ / "previous");
  if (!current) return current.error();
  if (!previous) return previous.error();
  return Links{*current, *previous};
}

Result<void> Home::point(std::string_view link, const std::string& version) const {
  const Step step(observer_, "link " + std::string(link));
  const fs::path path = root_ / link, part = root_ / (std::string(link) + std::string(kPart));
  if (version.empty()) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return disk_error(path, "remove", errno);
    return sync_folder(root_);
  }
  if (::unlink(part.c_str()) != 0 && errno != ENOENT) return disk_error(part, "remove", errno);
  if (::symlink(("releases/" + version).c_str(), part.c_str()) != 0) return disk_error(part, "make", errno);
  { const Step rename(observer_, "rename " + std::string(link)); }
  if (::rename(part.c_str(), path.c_str()) != 0) return disk_error(path, "replace", errno);
  return sync_folder(root_);
}

Result<void> Home::point_all(const Links& to, bool current_last) const {
  const auto now = links();
  if (!now) return now.error();
  if (!current_last && now->current != to.current) RAPT_TRY(point("current", to.current));
  if (now->previous != to.previous) RAPT_TRY(point("previous", to.previous));
  if (current_last && now->current != to.current) RAPT_TRY(point("current", to.current));
  return {};
}

std::vector<std::string> Home::unpacked() const {
  std::vector<std::string> out;
  std::error_code failed;
  for (fs::directory_iterator entry(releases(), failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (Version::parse(name)) out.push_back(name);
  }
  std::sort(out.begin(), out.end(),
            [](const std::string& a, const std::string& b) { return *Version::parse(a) < *Version::parse(b); });
  return out;
}

std::vector<std::string> Home::candidates(const Links& links) const {
  std::vector<std::string> out = unpacked();
  std::reverse(out.begin(), out.end());
  std::stable_partition(out.begin(), out.end(), [&](const std::string& one) { return one != links.previous; });
  return out;
}

Result<Links> Home::mend() const {
  auto now = links();
  if (!now) return now;
  if (!now->current.empty() && is_whole(*this, now->current)) {
    std::error_code failed;
    if (now->previous.empty() || fs::is_directory(release(now->previous), failed)) return now;
    RAPT_TRY(point("previous", ""));
    now->previous.clear();
    return now;
  }
  for (const auto& version : candidates(*now)) {
    if (version == now->current || !is_whole(*this, version)) continue;
    RAPT_TRY(point("current", version));
    if (now->previous == version) RAPT_TRY(point("previous", ""));
    return links();
  }
  return Error{
      .kind = ErrorKind::kNotFound,
      .code = "",
      .message = "There is no whole release in " + releases().string() +
                 ". Install one from its archive (deploy/bare/install.sh); the database is not touched by that."};
}

Result<void> Home::remove_release(const std::string& version) const {
  if (!Version::parse(version)) return Error::internal("not a version: " + printable(version));
  const Step step(observer_, "remove release");
  // Under another name first: what is half removed must not look like a release.
  const fs::path whole = release(version), part = releases() / (version + std::string(kPart));
  RAPT_TRY(remove_folder(part));
  if (::rename(whole.c_str(), part.c_str()) != 0 && errno != ENOENT) return disk_error(whole, "remove", errno);
  return remove_folder(part);
}

Result<void> Home::tidy(const Links& keep) const {
  for (const auto& version : unpacked()) {
    if (version != keep.current && version != keep.previous) RAPT_TRY(remove_release(version));
  }
  for (const auto& folder : {root_, releases(), backups()}) {
    std::error_code failed;
    std::vector<fs::path> stale;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
      const auto name = entry->path().filename().string();
      if (name.ends_with(kPart) || name.starts_with(".update.json.")) stale.push_back(entry->path());
    }
    for (const auto& path : stale) RAPT_TRY(remove_folder(path));
  }
  return {};
}

Result<void> Home::check_space(std::uint64_t bytes) const {
  struct statvfs disk {};
  if (::statvfs(root_.c_str(), &disk) != 0) return disk_error(root_, "read", errno);
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free >= bytes) return {};
  return Error::unavailable("disk", "The update needs " + std::to_string(bytes / kMebibyte + 1) + " MiB below " +
                                        root_.string() + ", for the release and a copy of the database, and " +
                                        std::to_string(free / kMebibyte) + " MiB are free. Make room and try again.");
}

}  // namespace rapt::agent
