// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"
#include "rapt/runtime/blocking_pool.hpp"

namespace rapt::marketplace {

/// Archives that come in parts, as files of a folder, by the SHA-256 that they should have. What nobody has gone on
/// with for a day goes when another one begins. The functions block: call them on pool(), whose one thread has them
/// take turns.
class Uploads {
 public:
  explicit Uploads(std::filesystem::path folder) : folder_(std::move(folder)) {}
  runtime::BlockingPool& pool() { return pool_; }

  /// How much is there, after `part` was put at `offset`; nothing is written for an empty one. kConflict when something
  /// else than `offset` bytes are there, kUnavailable when the disk is full.
  Result<std::uint64_t> add(const std::string& sha256, std::uint64_t offset, std::string_view part);
  [[nodiscard]] std::filesystem::path path_of(const std::string& sha256) const { return folder_ / (sha256 + ".part"); }
  void forget(const std::string& sha256) const;

 private:
  Result<void> begin() const;

  const std::filesystem::path folder_;
  runtime::BlockingPool pool_{{"uploads", 1, 64}};
};

}  // namespace rapt::marketplace
