// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::security {

/// SHA-256 of bytes as they come. One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(std::string_view piece);
  /// Of all that was added, hexadecimal, lower case. Afterwards it begins anew.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A whole file's, read in pieces. kInvalid when it cannot be read.
struct FileDigest {
  std::string sha256;
  std::uint64_t bytes = 0;
};
Result<FileDigest> digest_of_file(const std::filesystem::path& path);

}  // namespace rapt::security
