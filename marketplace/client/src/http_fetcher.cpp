// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/http_fetcher.hpp"

#include <limits>

#include "rapt/base/text.hpp"

namespace rapt::marketplace {
namespace {

using std::chrono::steady_clock;

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// A path's characters as a URL has them; "/" stays.
std::string quoted_path(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~/";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

Error of_kind(ErrorKind kind, std::string message) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  error.part = "registry";
  return error;
}

Error away(const std::string& url, const Error& cause) {
  if (cause.kind == ErrorKind::kTimeout || cause.kind == ErrorKind::kTooLarge) return cause;
  return Error::unavailable("registry",
                            "The registry did not answer at " + printable(url, 300) + ": " + cause.message +
                                " Check MARKETPLACE_URL and the network, then try again.",
                            cause.log_detail);
}

std::optional<Error> refused(int status, const std::string& url) {
  if (status == 200) return std::nullopt;
  if (status == 404 || status == 403 || status == 410) return Error::not_found("file at " + printable(url, 300));
  return Error::unavailable("registry", "The registry answered with status " + std::to_string(status) + " at " +
                                            printable(url, 300) + ". Try again later.");
}

}  // namespace

HttpFetcher::HttpFetcher(http::Client& client, HttpFetcherOptions options)
    : client_(client), options_(std::move(options)) {
  options_.metadata_url = without_slash(std::move(options_.metadata_url));
  options_.targets_url = without_slash(std::move(options_.targets_url));
}

Task<Result<std::string>> HttpFetcher::metadata(std::string path, std::size_t max_bytes) {
  std::string body;
  std::function<Result<void>(std::string_view)> sink = [&body](std::string_view piece) -> Result<void> {
    body += piece;
    return {};
  };
  RAPT_CO_TRY(co_await get(options_.metadata_url + "/" + path, max_bytes, sink));
  co_return body;
}

Task<Result<void>> HttpFetcher::target(std::string path, std::uint64_t max_bytes,
                                       std::function<Result<void>(std::string_view piece)> sink) {
  co_return co_await get(options_.targets_url + "/" + quoted_path(path), max_bytes, std::move(sink));
}

Task<Result<void>> HttpFetcher::get(std::string url, std::uint64_t max_bytes,
                                    std::function<Result<void>(std::string_view piece)> sink) {
  const auto began = steady_clock::now();
  const auto rate = std::max<std::uint64_t>(options_.least_bytes_per_second, 1);
  const auto allowed = [&](std::uint64_t bytes) {
    return options_.patience + std::chrono::milliseconds(static_cast<std::int64_t>(bytes * 1000 / rate));
  };
  http::ClientRequest request;
  request.url = url;
  request.connect_timeout = options_.patience;
  request.head_timeout = options_.patience;
  request.idle_timeout = options_.patience;
  request.total_timeout = allowed(max_bytes) + options_.patience;
  // Counted below, where the failure is told from a server that is away.
  request.max_body_bytes = std::numeric_limits<std::size_t>::max();
  auto opened = co_await client_.open(std::move(request));
  if (!opened) co_return away(url, opened.error());
  auto& stream = **opened;
  if (auto error = refused(stream.status(), url)) {
    stream.let_end();
    co_return *error;
  }
  for (std::uint64_t got = 0;;) {
    stream.expect_by(began + allowed(got));
    auto piece = co_await stream.read();
    if (!piece) co_return away(url, piece.error());
    if (!*piece) co_return Result<void>();
    got += (*piece)->size();
    if (got > max_bytes)
      co_return of_kind(ErrorKind::kTooLarge, "More than " + std::to_string(max_bytes) + " bytes came.");
    if (steady_clock::now() > began + allowed(got))
      co_return of_kind(ErrorKind::kTimeout, "Less than " + std::to_string(rate) + " bytes came in a second.");
    RAPT_CO_TRY(sink(**piece));
  }
}

}  // namespace rapt::marketplace
