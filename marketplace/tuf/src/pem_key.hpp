// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/tuf/metadata.hpp"

namespace rapt::tuf {

/// Whether the signature fits a key in PEM: ECDSA on P-256 or P-384, RSA with PSS or PKCS #1 v1.5. False for everything
/// else, RSA of less than 2048 bits included.
bool pem_key_verifies(const Key& key, std::string_view message, std::string_view signature);

/// What makes two keys the same key, however they are written: the key itself without its id, scheme or PEM's line
/// ends.
std::string identity_of(const Key& key);

}  // namespace rapt::tuf
