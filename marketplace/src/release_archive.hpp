// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "blobs.hpp"
#include "rapt/release/archive.hpp"
#include "rapt/store/database.hpp"

namespace rapt::marketplace {

/// An archive of a release that was read from its first to its last byte.
struct ReleaseArchive {
  release::Manifest manifest;  ///< without its files
  std::string sha256;
  std::uint64_t bytes = 0;
};

/// Reads it. Blocks. kInvalid, kTooLarge.
Result<ReleaseArchive> look_at_archive(const std::filesystem::path& file);
/// Its bytes become a blob, and the registry remembers what its release.json says. Again is harmless.
Task<Result<void>> keep_archive(store::Database& database, Blobs& blobs, ReleaseArchive archive,
                                std::filesystem::path file);
/// Whether exactly these bytes are there. kConflict when others are published under this version and architecture.
Task<Result<bool>> has_archive(store::Database& database, std::string version, std::string architecture,
                               std::string sha256);

}  // namespace rapt::marketplace
