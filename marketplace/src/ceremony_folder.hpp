// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chain.hpp"
#include "rapt/security/crypto.hpp"

/// The files of ceremonies: a folder with 1.root.json, 2.root.json, 1.targets.json, …
namespace rapt::marketplace {

/// The version and role that a file's name says: "2.root.json". kInvalid.
Result<std::pair<std::int64_t, std::string>> role_of_file(const std::filesystem::path& path);
/// The file with its bytes. kInvalid.
Result<std::string> read_document(const std::filesystem::path& path);
std::filesystem::path document_path(const std::filesystem::path& folder, std::string_view role, std::int64_t version);
/// The newest of a role, by the files' names; nullopt when there is none.
Result<std::optional<SignedRoot>> newest_root(const std::filesystem::path& folder);
Result<std::optional<SignedTargets>> newest_targets(const std::filesystem::path& folder, std::string_view role);
/// Writes a document that was not there. kConflict: a version is made once.
Result<void> write_new(const std::filesystem::path& path, std::string_view file);

/// Everything that a registry needs for development: all keys in one place (offline/, online/), 1.root.json and
/// 1.targets.json in metadata/, signed, thresholds of 1. What is there stays; documents that expire within sixty days
/// get their next version. Answers the files that it has made.
Result<std::vector<std::filesystem::path>> develop(const std::filesystem::path& folder, TimePoint now);

}  // namespace rapt::marketplace
