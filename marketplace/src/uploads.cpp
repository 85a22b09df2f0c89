// SPDX-License-Identifier: AGPL-3.0-or-later
#include "uploads.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "rapt/base/file.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kForgotten{24};

Error unavailable(const fs::path& path, const std::string& why) {
  return Error::unavailable("uploads",
                            "The registry has no room for the archive, or cannot write it. Tell its operator.",
                            path.string() + ": " + why);
}

}  // namespace

/// Removes what nobody has gone on with.
Result<void> Uploads::begin() const {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) return unavailable(folder_, failed.message());
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator at(folder_, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code gone;
    const auto changed = at->last_write_time(gone);
    if (!gone && at->path().extension() == ".part" && now - changed > kForgotten) fs::remove(at->path(), gone);
  }
  if (failed) return unavailable(folder_, failed.message());
  return {};
}

Result<std::uint64_t> Uploads::add(const std::string& sha256, std::uint64_t offset, std::string_view part) {
  if (offset == 0) RAPT_TRY(begin());
  const auto path = path_of(sha256);
  struct stat there {};
  const auto size = ::stat(path.c_str(), &there) == 0 ? static_cast<std::uint64_t>(there.st_size) : 0;
  if (part.empty()) return size;
  if (size != offset)
    return Error::conflict("The registry has " + std::to_string(size) +
                           " bytes of this archive, and this part begins at " + std::to_string(offset) +
                           ". Go on from there.");
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return unavailable(path, std::strerror(errno));
  for (std::size_t done = 0; done < part.size();) {
    const auto at = static_cast<off_t>(offset + done);
    const auto written = ::pwrite(fd.get(), part.data() + done, part.size() - done, at);
    if (written < 0 && errno == EINTR) continue;
    if (written > 0) {
      done += static_cast<std::size_t>(written);
      continue;
    }
    const std::string why = std::strerror(errno);
    // Half a part would be taken for a whole one.
    if (::ftruncate(fd.get(), static_cast<off_t>(offset)) != 0) ::unlink(path.c_str());
    return unavailable(path, why);
  }
  return offset + part.size();
}

void Uploads::forget(const std::string& sha256) const {
  std::error_code ignored;
  fs::remove(path_of(sha256), ignored);
}

}  // namespace rapt::marketplace
