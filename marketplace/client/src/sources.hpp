// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "rapt/http/client.hpp"
#include "rapt/tuf/client.hpp"

namespace rapt::marketplace {

using PieceSink = std::function<Result<void>(std::string_view piece)>;

/// A repository's files, wherever they are: a server, or a folder that a mirror is. Believed by nobody yet.
class Source {
 public:
  virtual ~Source() = default;
  /// As tuf::Fetcher::metadata().
  virtual Task<Result<std::string>> metadata(std::string path, std::size_t max_bytes) = 0;
  /// The target's bytes from `from` on. kTooLarge for more than `max_bytes` in all; kUpstream for what may be tried
  /// again from where it broke off.
  virtual Task<Result<void>> target(std::string path, std::uint64_t from, std::uint64_t max_bytes, PieceSink sink) = 0;
};

/// Of `url`: "https://…", or "file:///…" for a mirror in a folder. `client` must outlive it.
std::unique_ptr<Source> make_source(http::Client& client, const std::string& url);
/// The folder of "file:///…"; empty for another address.
std::filesystem::path folder_of(const std::string& url);

/// What the update client asks. Keeps what has come of a target in a file of `folder`, so that a download that breaks
/// off, or whose process is killed, goes on where it was. Memory does not grow with the target.
class KeepingFetcher final : public tuf::Fetcher {
 public:
  KeepingFetcher(std::unique_ptr<Source> source, std::filesystem::path folder)
      : source_(std::move(source)), folder_(std::move(folder)) {}
  Task<Result<std::string>> metadata(std::string path, std::size_t max_bytes) override;
  /// kUnavailable when the disk is full: then what has come is removed.
  Task<Result<void>> target(std::string path, std::uint64_t max_bytes, PieceSink sink) override;
  /// Where the bytes of that target are kept; `path` as target() gets it.
  [[nodiscard]] std::filesystem::path kept(const std::string& path) const;

 private:
  std::unique_ptr<Source> source_;
  std::filesystem::path folder_;
};

}  // namespace rapt::marketplace
