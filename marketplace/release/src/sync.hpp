// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>

#include "rapt/base/result.hpp"

namespace rapt::release {

/// What is in the folder (its names, not the files' bytes) survives a power cut. kUnavailable.
Result<void> sync_folder(const std::filesystem::path& folder);
/// Renames `part`, which must be synced, and syncs the folder around it. kUnavailable.
Result<void> move_into_place(const std::filesystem::path& part, const std::filesystem::path& to);

}  // namespace rapt::release
