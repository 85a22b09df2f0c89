// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/bundle/bundle.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::cli {

/// The signing key in a file that `rapt keygen` made. kInvalid.
Result<security::PrivateKey> load_key(const std::string& path);

/// Whether a host would take the bundle, whoever signed it: papers, libraries, schemas. kInvalid.
Result<void> check_bundle(const bundle::Bundle& packed);

}  // namespace rapt::cli
