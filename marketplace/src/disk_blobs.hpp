// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>

#include "blobs.hpp"
#include "rapt/runtime/blocking_pool.hpp"

namespace rapt::marketplace {

/// Blobs in a folder: "ab/abcdef…", written beside and renamed, so that a file is there whole or not at all. Reads and
/// writes on threads of its own.
class DiskBlobs final : public Blobs {
 public:
  explicit DiskBlobs(std::filesystem::path folder);
  Task<Result<void>> put(std::string sha256, std::string bytes) override;
  Task<Result<void>> put_file(std::string sha256, std::filesystem::path file) override;
  [[nodiscard]] Task<Result<std::uint64_t>> size(std::string sha256) override;
  Task<Result<void>> read(std::string sha256, std::uint64_t from, std::uint64_t count,
                          std::function<Task<bool>(std::string piece)> sink) override;

 private:
  [[nodiscard]] std::filesystem::path path_of(const std::string& sha256) const;

  const std::filesystem::path folder_;
  runtime::BlockingPool disk_;
};

}  // namespace rapt::marketplace
