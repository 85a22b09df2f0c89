// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "rapt/base/result.hpp"

namespace rapt::api {

/// Bytes of a key that is made here; a shorter one is refused.
inline constexpr std::size_t kPseudonymKeyBytes = 32;

/// The secret under which modules see users (host::Supervisor::Options::pseudonym_key), read from `path`, or made there
/// (mode 0600) when there is none. Of several hosts that start at once on one folder, one makes it and all read it;
/// hosts that share no folder need a copy of the file each, or a module takes one student for several. kInvalid, with
/// the file and the remedy, when it cannot be read or made, or is too short.
Result<std::string> pseudonym_key(const std::filesystem::path& path);

}  // namespace rapt::api
