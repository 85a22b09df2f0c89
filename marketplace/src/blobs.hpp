// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "rapt/runtime/task.hpp"

namespace rapt::marketplace {

/// Bundles, screenshots and releases, by the SHA-256 of their bytes: a folder, or an S3-compatible store. Never
/// changed, so that an answer may be cached for ever. Thread-safe.
class Blobs {
 public:
  virtual ~Blobs() = default;
  /// Keeps the bytes; again is harmless. kUnavailable when the store is away or full: then nothing is kept.
  virtual Task<Result<void>> put(std::string sha256, std::string bytes) = 0;
  /// The same with what is in a file, which stays where it is; read in pieces.
  virtual Task<Result<void>> put_file(std::string sha256, std::filesystem::path file) = 0;
  [[nodiscard]] virtual Task<Result<std::uint64_t>> size(std::string sha256) = 0;  ///< kNotFound
  /// Hands on bytes [from, from + count) in pieces of at most 256 KiB, until the sink says false. kNotFound.
  virtual Task<Result<void>> read(std::string sha256, std::uint64_t from, std::uint64_t count,
                                  std::function<Task<bool>(std::string piece)> sink) = 0;
};

}  // namespace rapt::marketplace
