// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"

namespace rapt::tuf {

/// A role's name as one segment of a URL: everything but letters, digits and "-._~" as %XX.
std::string quoted_name(std::string_view role);

/// Where a client keeps its trusted documents: ROLE.json, with the role's name quoted, so that no name leads out.
class Folder {
 public:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}
  /// Empty when the role has no document here. kUnavailable when the folder cannot be read.
  [[nodiscard]] Result<std::optional<std::string>> read(std::string_view role) const;
  [[nodiscard]] Result<void> write(std::string_view role, std::string_view bytes) const;
  [[nodiscard]] Result<void> remove(std::string_view role) const;
  /// A line about the documents, for the client alone; "" when there is none.
  [[nodiscard]] Result<std::string> read_note() const;
  [[nodiscard]] Result<void> write_note(std::string_view text) const;
  /// Every document.
  [[nodiscard]] Result<void> clear() const;
  /// The lock of the folder while the descriptor lives; empty when somebody else has it. Makes the folder.
  [[nodiscard]] Result<std::optional<UniqueFd>> try_lock() const;

 private:
  [[nodiscard]] std::filesystem::path file_of(std::string_view role) const;
  std::filesystem::path path_;
};

}  // namespace rapt::tuf
