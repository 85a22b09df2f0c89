// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "blobs.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "s3_requests.hpp"

namespace rapt::marketplace {

/// Blobs in an S3-compatible store, under PREFIX/ab/abcdef…. The store compares what it keeps with its SHA-256, which
/// is the name; large ones go in parts, of which each is compared. A download that breaks goes on where it was.
class S3Blobs final : public Blobs {
 public:
  /// Above this a blob is sent in parts of this size. Amazon's stores take parts from 5 MiB on.
  static constexpr std::size_t kPartBytes = std::size_t{16} << 20;

  S3Blobs(S3Address address, S3Credentials credentials, S3Patience patience = {}, std::size_t part_bytes = kPartBytes);

  /// Whether it can be used: kUpstream with a sentence for who has set it up, kUnavailable when it is away.
  Task<Result<void>> probe();

  Task<Result<void>> put(std::string sha256, std::string bytes) override;
  Task<Result<void>> put_file(std::string sha256, std::filesystem::path file) override;
  [[nodiscard]] Task<Result<std::uint64_t>> size(std::string sha256) override;
  Task<Result<void>> read(std::string sha256, std::uint64_t from, std::uint64_t count,
                          std::function<Task<bool>(std::string piece)> sink) override;

 private:
  struct Reading;
  /// What is sent: how much, and from where a part of it comes. `part` runs on a thread of the pool.
  struct Source {
    std::uint64_t bytes = 0;
    std::function<Result<std::string>(std::uint64_t from, std::size_t count)> part;
  };
  Task<Result<bool>> is_there(std::string sha256, std::uint64_t bytes);
  Task<Result<void>> keep(std::string sha256, Source source);
  Task<Result<void>> send_whole(std::string sha256, Source source);
  Task<Result<void>> send_parts(std::string key, Source source);
  Task<Result<void>> send_each(std::string key, std::string upload, Source source);
  Task<Result<std::string>> send_part(std::string key, std::string upload, int number, std::string bytes);
  Task<Result<void>> complete(std::string key, std::string upload, std::string list);
  Task<void> give_up(std::string key, std::string upload);
  Task<Result<void>> read_on(Reading& reading);

  S3Requests store_;
  const std::size_t part_bytes_;
  runtime::BlockingPool hashers_;
};

}  // namespace rapt::marketplace
