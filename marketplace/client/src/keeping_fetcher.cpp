// SPDX-License-Identifier: AGPL-3.0-or-later
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"
#include "sources.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;

constexpr int kTries = 5;       // without a byte more
constexpr int kMostTries = 50;  // for what breaks off again and again
constexpr std::chrono::milliseconds kPause{300};
constexpr std::size_t kPiece = 256 * 1024;

Error no_room(const fs::path& file, int fault) {
  const bool full = fault == ENOSPC || fault == EDQUOT || fault == EFBIG;
  return Error::unavailable("disk", full ? "The disk of " + printable(file.parent_path().string(), 500) +
                                               " is full: nothing has been changed. Make room, and try again."
                                         : printable(file.string(), 500) +
                                               " cannot be written: " + std::strerror(fault) + ". Check RAPT_VAR_DIR.");
}

/// One target as far as it has come.
class Part {
 public:
  static Result<Part> open(fs::path file) {
    std::error_code failure;
    fs::create_directories(file.parent_path(), failure);
    Part out(std::move(file));
    out.fd_ = UniqueFd(::open(out.file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!out.fd_) return no_room(out.file_, errno);
    if (::flock(out.fd_.get(), LOCK_EX | LOCK_NB) != 0)
      return Error::conflict(
          "Another program is downloading the same file at the moment. Try again when it has ended.");
    return out;
  }
  /// Hands on what is there, which is never more than `max_bytes`.
  Result<void> replay(std::uint64_t max_bytes, const PieceSink& sink) {
    std::string piece(kPiece, '\0');
    for (;;) {
      const auto got = ::pread(fd_.get(), piece.data(), piece.size(), static_cast<off_t>(size_));
      if (got < 0) return no_room(file_, errno);
      if (got == 0) return {};
      if (size_ + static_cast<std::uint64_t>(got) > max_bytes) return begin_anew();
      size_ += static_cast<std::uint64_t>(got);
      RAPT_TRY(sink(std::string_view(piece).substr(0, static_cast<std::size_t>(got))));
    }
  }
  Result<void> add(std::string_view piece) {
    while (!piece.empty()) {
      const auto put = ::pwrite(fd_.get(), piece.data(), piece.size(), static_cast<off_t>(size_));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) {
        const int fault = errno;
        ::unlink(file_.c_str());  // the room is somebody else's
        return no_room(file_, fault);
      }
      size_ += static_cast<std::uint64_t>(put);
      piece.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  explicit Part(fs::path file) : file_(std::move(file)) {}
  /// What lies there is no part of this target.
  Result<void> begin_anew() {
    ::unlink(file_.c_str());
    return Error::unavailable("registry",
                              "What was kept of an earlier download was no part of this one, and has been "
                              "removed. Try again.");
  }

  fs::path file_;
  UniqueFd fd_;
  std::uint64_t size_ = 0;
};

}  // namespace

Task<Result<std::string>> KeepingFetcher::metadata(std::string path, std::size_t max_bytes) {
  auto got = co_await source_->metadata(std::move(path), max_bytes);
  if (!got && got.error().kind == ErrorKind::kUpstream) {
    auto error = got.error();
    error.kind = ErrorKind::kUnavailable;
    co_return error;
  }
  co_return got;
}

fs::path KeepingFetcher::kept(const std::string& path) const {
  return folder_ / (security::hex(security::sha256(path)) + ".part");
}

Task<Result<void>> KeepingFetcher::target(std::string path, std::uint64_t max_bytes, PieceSink sink) {
  auto part = Part::open(kept(path));
  if (!part) co_return part.error();
  RAPT_CO_TRY(part->replay(max_bytes, sink));
  const PieceSink keep = [&part, &sink](std::string_view piece) -> Result<void> {
    RAPT_TRY(part->add(piece));
    return sink(piece);
  };
  for (int tried = 1, stalled = 1;; ++tried, ++stalled) {
    if (part->size() == max_bytes) co_return Result<void>();
    const auto before = part->size();
    auto done = co_await source_->target(path, before, max_bytes, keep);
    if (done || done.error().kind != ErrorKind::kUpstream) co_return done;
    if (part->size() > before) stalled = 0;
    if (stalled >= kTries || tried >= kMostTries) {
      auto error = done.error();
      error.kind = ErrorKind::kUnavailable;
      co_return error;
    }
    co_await runtime::sleep_for(kPause * (stalled + 1));
  }
}

}  // namespace rapt::marketplace
