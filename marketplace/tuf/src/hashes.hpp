// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace rapt::tuf {

/// Hashes bytes as they come, by every algorithm that `expected` names and this program knows.
class Hashes {
 public:
  explicit Hashes(const std::map<std::string, std::string>& expected);
  ~Hashes();
  Hashes(const Hashes&) = delete;
  Hashes& operator=(const Hashes&) = delete;
  void add(std::string_view piece);
  /// Whether every known hash is the expected one, and at least one is known. Once, at the end.
  [[nodiscard]] bool fit();

 private:
  struct One;
  std::map<std::string, std::unique_ptr<One>> known_;  ///< by what is expected
};

}  // namespace rapt::tuf
