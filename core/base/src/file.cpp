// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "rapt/base/text.hpp"

namespace rapt {

namespace {

Error file_error(const std::filesystem::path& path, std::string_view doing, int error_number) {
  return Error::invalid(printable(path.native(), 1000),
                        "cannot " + std::string(doing) + ": " + std::strerror(error_number));
}

/// 0, or the errno of the failure.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Makes the rename itself survive a power cut. 0, or the errno of the failure.
int sync_directory(const std::filesystem::path& directory) {
  const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd && ::fsync(fd.get()) == 0 ? 0 : errno;
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void UniqueFd::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return file_error(path, "open", errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return file_error(path, "read", errno);
  if (S_ISDIR(status.st_mode)) return file_error(path, "read", EISDIR);
  std::string out;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(path, "read", errno);
    if (got == 0) return out;
    if (out.size() + static_cast<std::size_t>(got) > limit) {
      return Error::invalid(printable(path.native(), 1000), "is larger than " + std::to_string(limit) + " bytes");
    }
    out.append(buffer, static_cast<std::size_t>(got));
  }
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::string temporary = (directory / ("." + path.filename().native() + ".XXXXXX")).native();
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return file_error(path, "create a temporary file beside it", errno);
  int fault = ::fchmod(fd.get(), static_cast<mode_t>(mode)) == 0 ? 0 : errno;
  if (fault == 0) fault = write_all(fd.get(), bytes);
  if (fault == 0 && ::fsync(fd.get()) != 0) fault = errno;
  fd.reset();
  if (fault == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) fault = errno;
  if (fault != 0) {
    ::unlink(temporary.c_str());
    return file_error(path, "write", fault);
  }
  if (const int sync_fault = sync_directory(directory); sync_fault != 0) return file_error(path, "sync", sync_fault);
  return {};
}

}  // namespace rapt
