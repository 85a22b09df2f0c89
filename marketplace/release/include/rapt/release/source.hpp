// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "rapt/base/result.hpp"

namespace rapt::release {

/// Writes the archive's files as Heroku builds an app from them: a tar.gz without the folder around them. At its root
/// are heroku.yml (deploy/heroku/heroku.yml, with the version in place of @VERSION@) and Dockerfile
/// (deploy/docker/Dockerfile without an entry point, because Heroku starts commands by a shell). The archive is checked
/// as by inspect(); what is written is made of bytes that fit its manifest, or removed again. The SHA-256 of `to`,
/// hexadecimal. kInvalid, kTooLarge, kUnavailable "disk"; kInvalid, too, for an archive without those files.
Result<std::string> write_source(const std::filesystem::path& archive, const std::filesystem::path& to);

}  // namespace rapt::release
