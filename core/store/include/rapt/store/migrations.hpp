// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/store/database.hpp"

namespace rapt::store {

/// The `code` of the failure when the database has all that the program knows, unchanged, and more.
inline constexpr std::string_view kNewerDatabase = "NEWER_DATABASE";

struct Migration {
  int number = 0;
  std::string name;
  std::string checksum;  ///< SHA-256 of the file, hexadecimal
  bool applied = false;
};

/// The numbered files NNNN_name.sql of `directory` against the table schema_migrations. Fails when an applied file has
/// changed, when a number is missing or when the database knows a newer migration than the directory.
Result<std::vector<Migration>> migration_status(Database& database, const std::filesystem::path& directory);
/// Applies what is missing, each in a transaction, under an advisory lock so that two at once wait for each other.
/// Returns those it applied.
Result<std::vector<Migration>> migrate(Database& database, const std::filesystem::path& directory);

}  // namespace rapt::store
