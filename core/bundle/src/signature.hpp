// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/base/result.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::bundle {

/// What the file SIGNATURE of a bundle says.
struct SignatureFile {
  std::string publisher;
  std::string key_id;     ///< hexadecimal, 16 characters
  std::string signature;  ///< raw, 64 bytes
};

Result<SignatureFile> parse_signature(std::string_view json);
/// Signs `listing` and writes the file: one line of JSON, the same for the same input.
std::string make_signature(const std::string& publisher, const security::PrivateKey& key, std::string_view listing);

}  // namespace rapt::bundle
