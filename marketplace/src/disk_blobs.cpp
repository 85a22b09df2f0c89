// SPDX-License-Identifier: AGPL-3.0-or-later
#include "disk_blobs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "rapt/base/file.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/security/sha256.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPiece = 256 * 1024;

bool is_digest(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Error unavailable(const std::string& detail) {
  return Error::unavailable("blobs", "The registry's store of bundles is away or full. Try again later.", detail);
}

Result<void> keep(const fs::path& path, const std::string& sha256, const std::string& bytes) {
  if (!is_digest(sha256) || security::hex(security::sha256(bytes)) != sha256)
    return Error::internal("blobs: bytes under another digest than theirs");
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0 && static_cast<std::size_t>(there.st_size) == bytes.size()) return {};
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (failed) return unavailable(path.parent_path().string() + ": " + failed.message());
  if (const auto written = write_file_atomically(path, bytes); !written)
    return unavailable(path.string() + ": " + written.error().message + " " + written.error().log_detail);
  return {};
}

/// Copies the file beside its place, counting its digest as it goes, and renames it.
Result<void> keep_file(const fs::path& path, const std::string& sha256, const fs::path& file) {
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (failed) return unavailable(path.parent_path().string() + ": " + failed.message());
  std::string name = (path.parent_path() / ("." + path.filename().string() + ".XXXXXX")).string();
  const UniqueFd in(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), out(::mkostemp(name.data(), O_CLOEXEC));
  security::Sha256 digest;
  std::string piece(kPiece, '\0');
  ssize_t got = in && out ? 1 : -1;
  while (got > 0 && (got = ::read(in.get(), piece.data(), piece.size())) > 0) {
    digest.add({piece.data(), static_cast<std::size_t>(got)});
    // A full disk takes a part or nothing; files are not interrupted.
    if (::write(out.get(), piece.data(), static_cast<std::size_t>(got)) != got) got = -1;
  }
  const bool written = got == 0 && ::fchmod(out.get(), 0644) == 0 && ::fsync(out.get()) == 0;
  const std::string why = written ? "" : std::strerror(errno);
  const bool right = written && digest.finish() == sha256;
  if (right && ::rename(name.c_str(), path.c_str()) == 0) return {};
  if (out) ::unlink(name.c_str());
  if (written && !right) return Error::internal("blobs: a file under another digest than its own");
  return unavailable(path.string() + ": " + (written ? std::strerror(errno) : why));
}

Result<std::shared_ptr<UniqueFd>> open_blob(const fs::path& path) {
  auto fd = std::make_shared<UniqueFd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (*fd) return fd;
  if (errno == ENOENT) return Error::not_found("blob");
  return unavailable(path.string() + ": " + std::strerror(errno));
}

Result<std::string> read_piece(int fd, std::uint64_t from, std::uint64_t count) {
  std::string out(std::min(count, kPiece), '\0');
  std::size_t done = 0;
  while (done < out.size()) {
    const auto got = ::pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(from + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return unavailable(got < 0 ? std::strerror(errno) : "a blob is shorter than it was");
    done += static_cast<std::size_t>(got);
  }
  return out;
}

}  // namespace

DiskBlobs::DiskBlobs(fs::path folder) : folder_(std::move(folder)), disk_({"blobs", 2, 1024}) {}

fs::path DiskBlobs::path_of(const std::string& sha256) const {
  return is_digest(sha256) ? folder_ / sha256.substr(0, 2) / sha256 : folder_ / "none";
}

Task<Result<void>> DiskBlobs::put(std::string sha256, std::string bytes) {
  auto work = [path = path_of(sha256), sha256, bytes = std::move(bytes)] { return keep(path, sha256, bytes); };
  auto done = co_await disk_.run(std::move(work));
  co_return done;
}

Task<Result<void>> DiskBlobs::put_file(std::string sha256, fs::path file) {
  if (!is_digest(sha256)) co_return Error::internal("blobs: no digest");
  auto work = [path = path_of(sha256), sha256, file = std::move(file)] { return keep_file(path, sha256, file); };
  auto done = co_await disk_.run(std::move(work));
  co_return done;
}

Task<Result<std::uint64_t>> DiskBlobs::size(std::string sha256) {
  auto work = [path = path_of(sha256)]() -> Result<std::uint64_t> {
    struct stat there {};
    if (::stat(path.c_str(), &there) == 0) return static_cast<std::uint64_t>(there.st_size);
    if (errno == ENOENT) return Error::not_found("blob");
    return unavailable(path.string() + ": " + std::strerror(errno));
  };
  auto found = co_await disk_.run(std::move(work));
  co_return found;
}

Task<Result<void>> DiskBlobs::read(std::string sha256, std::uint64_t from, std::uint64_t count,
                                   std::function<Task<bool>(std::string piece)> sink) {
  auto open = [path = path_of(sha256)] { return open_blob(path); };
  const auto fd = co_await disk_.run(std::move(open));
  if (!fd) co_return fd.error();
  while (count > 0) {
    auto next = [file = *fd, from, count] { return read_piece(file->get(), from, count); };
    auto piece = co_await disk_.run(std::move(next));
    if (!piece) co_return piece.error();
    from += piece->size();
    count -= piece->size();
    const bool more = co_await sink(std::move(*piece));
    if (!more) break;
  }
  co_return Result<void>{};
}

}  // namespace rapt::marketplace
