// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/tuf/signing.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "parse.hpp"

namespace rapt::tuf {
namespace {

std::string_view raw(const security::PublicKey& key) {
  return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
}

}  // namespace

Key key_of(const security::PublicKey& key) {
  return {"ed25519", "ed25519", security::to_hex(raw(key))};
}

Result<security::PublicKey> public_key_of(const Key& key) {
  if (key.type != "ed25519" || key.scheme != "ed25519")
    return Error::invalid("keytype", "The key is of another type than ed25519.");
  security::PublicKey out;
  const auto bytes = security::from_hex(key.value);
  if (!bytes || bytes->size() != out.bytes.size())
    return Error::invalid("keyval.public", "A key of type ed25519 has 64 hexadecimal digits.");
  std::copy(bytes->begin(), bytes->end(), out.bytes.begin());
  return out;
}

Signature sign(std::string_view canonical, const security::PrivateKey& key) {
  return {id_of(key_of(key.public_key())), security::to_hex(key.sign(canonical))};
}

Result<std::string> add_signature(std::string_view file, const security::PrivateKey& key) {
  nlohmann::json tree;
  RAPT_TRY(parse_json(file, tree));
  Faults faults;
  const Fields fields(&tree, "", faults);
  auto signatures = read_signatures(fields);
  const auto part = fields.object("signed");
  static_cast<void>(part.text("_type"));
  if (faults.any()) return faults.first();
  const auto bytes = canonical_json(*fields.value("signed"));
  auto added = sign(bytes, key);
  const auto same = std::find_if(signatures.begin(), signatures.end(),
                                 [&](const Signature& signature) { return signature.key_id == added.key_id; });
  if (same == signatures.end()) {
    signatures.push_back(std::move(added));
  } else {
    *same = std::move(added);
  }
  return encode(bytes, signatures);
}

}  // namespace rapt::tuf
