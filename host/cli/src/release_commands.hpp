// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "command.hpp"
#include "rapt/release/archive.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/tuf/metadata.hpp"

namespace rapt::cli {

// Making and publishing releases of the platform: docs/releasing.md.
int run_release_pack(Console& console, const Arguments& arguments);
int run_release_inspect(Console& console, const Arguments& arguments);
int run_release_sign(Console& console, const Arguments& arguments);
int run_release_withdraw(Console& console, const Arguments& arguments);
int run_release_publish(Console& console, const Arguments& arguments);

/// An archive that was read through, and the digest of the whole.
struct SeenArchive {
  release::Manifest manifest;
  std::string path, sha256;
  std::uint64_t bytes = 0;
};
Result<SeenArchive> see_archive(const std::string& path);

/// A key of the role "releases" from its file, as `rapt-marketplace root keygen` makes it: nobody else may read it.
Result<security::PrivateKey> load_releases_key(const std::string& path);

/// What a document says that the one before did not, in plain words, a line each; without one before, all that it says.
std::string difference(const std::optional<tuf::Targets>& before, const tuf::Targets& next);

/// "41.3 MiB".
std::string mebibytes(std::uint64_t bytes);

}  // namespace rapt::cli
