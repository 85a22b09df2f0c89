// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/security/crypto.hpp"
#include "rapt/tuf/metadata.hpp"

namespace rapt::tuf {

/// An Ed25519 key of ours as the metadata writes it.
Key key_of(const security::PublicKey& key);
/// The other way. kInvalid for another type of key.
Result<security::PublicKey> public_key_of(const Key& key);

/// One signature over a document's canonical bytes.
Signature sign(std::string_view canonical, const security::PrivateKey& key);
/// Adds a signature to a whole file, or replaces the one that the key made before. The bytes that are signed stay as
/// they are, unknown fields included. For ceremonies, where each holder of a key signs at a machine of their own.
Result<std::string> add_signature(std::string_view file, const security::PrivateKey& key);

/// Canonical bytes, signed by all of `keys`: the whole file.
template <class Document>
std::string sign_document(const Document& document, const std::vector<const security::PrivateKey*>& keys) {
  const auto bytes = canonical(document);
  std::vector<Signature> signatures;
  for (const auto* key : keys) signatures.push_back(sign(bytes, *key));
  return encode(bytes, signatures);
}

}  // namespace rapt::tuf
