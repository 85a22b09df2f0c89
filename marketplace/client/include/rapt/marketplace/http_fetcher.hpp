// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "rapt/http/client.hpp"
#include "rapt/tuf/client.hpp"

namespace rapt::marketplace {

struct HttpFetcherOptions {
  std::string metadata_url;  ///< with or without "/" at its end
  std::string targets_url;
  /// For the connection, for silence, and before the rate below counts.
  std::chrono::milliseconds patience{15000};
  /// A transfer whose average falls below this after `patience` is ended.
  std::uint64_t least_bytes_per_second = 4096;
};

/// Fetches a repository's documents and targets over HTTP(S). 404, 403 and 410 are kNotFound: stores of objects answer
/// 403 for what they do not have. `client` must outlive it. Thread-safe.
class HttpFetcher final : public tuf::Fetcher {
 public:
  HttpFetcher(http::Client& client, HttpFetcherOptions options);
  Task<Result<std::string>> metadata(std::string path, std::size_t max_bytes) override;
  Task<Result<void>> target(std::string path, std::uint64_t max_bytes,
                            std::function<Result<void>(std::string_view piece)> sink) override;

 private:
  Task<Result<void>> get(std::string url, std::uint64_t max_bytes,
                         std::function<Result<void>(std::string_view piece)> sink);

  http::Client& client_;
  HttpFetcherOptions options_;
};

}  // namespace rapt::marketplace
