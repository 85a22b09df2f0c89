// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace rapt::api {

/// Semantic version of this host: of a program that was unpacked from a release the one in release.json beside it, else
/// the one that it was compiled with (CMake's project()). Read once. Thread-safe.
const std::string& version();

/// The same for the program at that path; not kept. A release.json that is there and cannot be read is told in the log.
std::string version_of(const std::filesystem::path& program);

}  // namespace rapt::api
