// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "command.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::cli {

/// Where this host keeps the keys that it believes: RAPT_VAR_DIR/trust. Fails with the faults of the settings.
Result<std::filesystem::path> trust_dir(const Console& console);

struct PublisherKeys {
  std::string publisher;
  std::vector<security::PublicKey> keys;
};
/// Reads PUBLISHER.pub; `publisher` replaces the name that the file's name says, unless it is "".
Result<PublisherKeys> load_public_keys(const std::filesystem::path& file, const std::string& publisher);

}  // namespace rapt::cli
