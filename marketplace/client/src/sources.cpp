// SPDX-License-Identifier: AGPL-3.0-or-later
#include "sources.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/marketplace/http_fetcher.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr std::string_view kFileScheme = "file://";
constexpr std::size_t kSourcePiece = 256 * 1024;
constexpr std::chrono::seconds kFirstMinute{60};
constexpr std::uint64_t kSlowest = 16 * 1024;  // bytes a second: less than this, and the transfer is given up

Error lost(const std::string& url, const Error& cause) {
  Error error;
  error.kind = ErrorKind::kUpstream;
  error.message = "The registry at " + url + " did not answer: " + cause.message + " Check MARKETPLACE_URL.";
  error.log_detail = cause.log_detail;
  error.part = "registry";
  return error;
}

Error too_large(const std::string& path) {
  Error error;
  error.kind = ErrorKind::kTooLarge;
  error.message = printable(path, 300) + " is larger than announced.";
  return error;
}

Error too_slow(const std::string& path) {
  Error error;
  error.kind = ErrorKind::kTimeout;
  error.message = printable(path, 300) + " came too slowly.";
  return error;
}

class HttpSource final : public Source {
 public:
  HttpSource(http::Client& client, std::string url)
      : client_(client),
        url_(std::move(url)),
        fetcher_(client, {.metadata_url = url_ + "/metadata", .targets_url = url_ + "/targets"}) {}

  Task<Result<std::string>> metadata(std::string path, std::size_t max_bytes) override {
    return fetcher_.metadata(std::move(path), max_bytes);
  }

  Task<Result<void>> target(std::string path, std::uint64_t from, std::uint64_t max_bytes, PieceSink sink) override {
    http::ClientRequest request;
    request.url = url_ + "/targets/" + escaped(path);
    request.max_body_bytes = max_bytes + kSourcePiece;
    request.total_timeout = std::chrono::hours(12);  // slowness is judged by what has come
    if (from > 0) request.headers.set("Range", "bytes=" + std::to_string(from) + "-");
    const auto start = Steady::now();
    auto stream = co_await client_.open(std::move(request));
    if (!stream) co_return failed(stream.error());
    const int status = (*stream)->status();
    if (status != 206) RAPT_CO_TRY(check_status(status, path));
    // A server that knows no ranges begins at the beginning.
    std::uint64_t skip = status == 206 ? 0 : from, got = 0;
    const auto total = status == 206 ? max_bytes - from : max_bytes;
    for (;;) {
      auto piece = co_await (*stream)->read();
      if (!piece) co_return failed(piece.error());
      if (!*piece) co_return Result<void>();
      got += (*piece)->size();
      if (got > total) co_return too_large(path);
      if (Steady::now() - start > kFirstMinute + std::chrono::seconds(got / kSlowest)) co_return too_slow(path);
      const auto skipped = std::min<std::uint64_t>(skip, (*piece)->size());
      skip -= skipped;
      RAPT_CO_TRY(sink(std::string_view(**piece).substr(skipped)));
    }
  }

 private:
  /// "+" in a version's build metadata would otherwise be taken for a space by some servers.
  static std::string escaped(const std::string& path) {
    std::string out;
    for (const char c : path) out += c == '+' ? std::string("%2B") : std::string(1, c);
    return out;
  }
  [[nodiscard]] Error failed(const Error& cause) const {
    return cause.kind == ErrorKind::kUpstream ? lost(url_, cause) : cause;
  }
  [[nodiscard]] Result<void> check_status(int status, const std::string& path) const {
    if (status == 200) return {};
    // A store of objects that may not be listed says 403 for what is not there (as the specification's own remark).
    if (status == 404 || status == 403) return Error::not_found(printable(path, 300) + " at " + url_);
    return Error::unavailable("registry", "The registry at " + url_ + " answered with status " +
                                              std::to_string(status) + " for " + printable(path, 300) +
                                              ". Try again later; if it stays so, tell its operator.");
  }
  http::Client& client_;
  std::string url_;
  HttpFetcher fetcher_;  // whose targets always begin at their beginning
};

class FolderSource final : public Source {
 public:
  explicit FolderSource(fs::path folder) : folder_(std::move(folder)) {}

  Task<Result<std::string>> metadata(std::string path, std::size_t max_bytes) override {
    const auto file = folder_ / "metadata" / path;
    std::error_code failure;
    const auto size = fs::file_size(file, failure);
    if (failure) co_return Error::not_found(printable(file.string(), 500));
    if (size > max_bytes) co_return too_large(path);
    co_return read_file(file, max_bytes);
  }

  Task<Result<void>> target(std::string path, std::uint64_t from, std::uint64_t max_bytes, PieceSink sink) override {
    const auto file = folder_ / "targets" / path;
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) co_return Error::not_found(printable(file.string(), 500));
    std::string piece(kSourcePiece, '\0');
    for (auto at = from;;) {
      const auto got = ::pread(fd.get(), piece.data(), piece.size(), static_cast<off_t>(at));
      if (got < 0) co_return Error::unavailable("mirror", printable(file.string(), 500) + " cannot be read.");
      if (got == 0) co_return Result<void>();
      at += static_cast<std::uint64_t>(got);
      if (at > max_bytes) co_return too_large(path);
      RAPT_CO_TRY(sink(std::string_view(piece).substr(0, static_cast<std::size_t>(got))));
    }
  }

 private:
  fs::path folder_;
};

}  // namespace

fs::path folder_of(const std::string& url) {
  return url.starts_with(kFileScheme) ? fs::path(url.substr(kFileScheme.size())) : fs::path();
}

std::unique_ptr<Source> make_source(http::Client& client, const std::string& url) {
  if (auto folder = folder_of(url); !folder.empty()) return std::make_unique<FolderSource>(std::move(folder));
  auto base = url;
  while (base.ends_with('/')) base.pop_back();
  return std::make_unique<HttpSource>(client, std::move(base));
}

}  // namespace rapt::marketplace
