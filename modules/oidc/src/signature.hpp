// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <rapt/json.hpp>

namespace oidc {

/// What has to be known of a signed token (JWS, RFC 7515) to check its signature later, when the keys have come.
struct Signature {
  std::string algorithm;  ///< RS256 or ES256
  std::string key_id;     ///< "" when the token names none
  std::string digest;     ///< SHA-256 of what is signed
  std::string bytes;
};

/// nullopt for a token of another shape, another algorithm ("none" above all) or one with demands that we do not know.
std::optional<Signature> signature_of(std::string_view token);
/// Whether a key of the provider's set (RFC 7517) has made it: one that the token names, or any when it names none.
bool is_made_by(const Signature& signature, const rapt::json::Value& key_set);

}  // namespace oidc
