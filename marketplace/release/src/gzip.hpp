// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"

namespace rapt::release {

Error refuse(std::string why);                                                                ///< kInvalid
Error disk_error(const std::filesystem::path& path, int error_number, std::uint64_t needed);  ///< kUnavailable "disk"
Error cancelled();
/// All of it, or the errno of what has gone wrong.
int write_all(int fd, std::string_view bytes);

/// One gzip member without a name and a time, as it is written to a file.
class GzipWriter {
 public:
  explicit GzipWriter(int fd);
  ~GzipWriter();
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;
  /// 0, or the errno of the failure.
  int write(std::string_view bytes);
  int finish();

 private:
  struct State;
  int deflate_all(int flush);
  std::unique_ptr<State> state_;
};

/// What is in a file that is one gzip member and nothing more. Memory does not grow with it.
class GzipReader {
 public:
  static Result<std::unique_ptr<GzipReader>> open(const std::filesystem::path& path);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  /// Exactly `bytes` bytes. kInvalid when it ends before, or is damaged.
  Result<void> read(char* into, std::size_t bytes);
  /// kInvalid unless all has been read: nothing follows within the member, nor behind it.
  Result<void> expect_end();
  [[nodiscard]] std::uint64_t done() const;   ///< bytes of the file that were read
  [[nodiscard]] std::uint64_t total() const;  ///< bytes of the file

 private:
  struct State;
  explicit GzipReader(std::unique_ptr<State> state);
  Result<std::size_t> some(char* into, std::size_t bytes);
  Result<void> refill();
  std::unique_ptr<State> state_;
};

}  // namespace rapt::release
