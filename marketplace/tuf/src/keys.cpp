// SPDX-License-Identifier: AGPL-3.0-or-later
#include <set>

#include "pem_key.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/tuf/metadata.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::tuf {

bool verifies(const Key& key, std::string_view message, std::string_view signature_hex) {
  const auto signature = security::from_hex(signature_hex);
  if (!signature || signature->empty()) return false;
  if (key.type == "ed25519" && key.scheme == "ed25519") {
    const auto ours = public_key_of(key);
    return ours && security::verify(*ours, message, *signature);
  }
  return pem_key_verifies(key, message, *signature);
}

int valid_signatures(std::string_view canonical, const std::vector<Signature>& signatures, const Role& role,
                     const std::map<std::string, Key>& keys) {
  // A key that stands under two ids is one key.
  std::set<std::string, std::less<>> counted;
  const std::set<std::string, std::less<>> allowed(role.key_ids.begin(), role.key_ids.end());
  for (const auto& signature : signatures) {
    if (!allowed.contains(signature.key_id)) continue;
    const auto key = keys.find(signature.key_id);
    if (key != keys.end() && verifies(key->second, canonical, signature.value))
      counted.insert(identity_of(key->second));
  }
  return static_cast<int>(counted.size());
}

}  // namespace rapt::tuf
