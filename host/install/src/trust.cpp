// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/install/trust.hpp"

#include "rapt/base/text.hpp"

namespace rapt::install {
namespace {

using store::params;

constexpr store::Statement kAllTrusted{"trusted_publishers_all", R"(
  SELECT publisher, public_key, source, added_by, added_at FROM trusted_publishers
   WHERE removed_at IS NULL ORDER BY publisher, added_at, key_id)"};
constexpr store::Statement kAddTrusted{"trusted_publishers_add", R"(
  INSERT INTO trusted_publishers (publisher, key_id, public_key, source, added_by) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (publisher, key_id) DO UPDATE
    SET removed_at = NULL, source = excluded.source, added_by = excluded.added_by, added_at = now()
    WHERE trusted_publishers.removed_at IS NOT NULL)"};
constexpr store::Statement kRemove{"trusted_publishers_remove", R"(
  UPDATE trusted_publishers SET removed_at = now()
   WHERE publisher = $1 AND ($2 = '' OR key_id = $2) AND removed_at IS NULL RETURNING key_id)"};

}  // namespace

Result<std::vector<TrustedKey>> trusted_keys(store::Transaction& tx) {
  const auto rows = tx.exec(kAllTrusted);
  if (!rows) return rows.error();
  std::vector<TrustedKey> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto key = security::PublicKey::from_text(row.text("public_key"));
    if (!key) {
      return Error::invalid("", "A key of " + printable(row.text("publisher"), 80) +
                                    " in the table trusted_publishers is none. Remove it: rapt trust remove " +
                                    printable(row.text("publisher"), 80));
    }
    out.push_back({row.text("publisher"), *key, row.text("source"), row.text("added_by"), row.time("added_at")});
  }
  return out;
}

Result<void> trust_keys(store::Transaction& tx, const std::vector<TrustedKey>& keys) {
  for (const auto& one : keys)
    RAPT_TRY(
        tx.exec(kAddTrusted, params(one.publisher, one.key.key_id(), one.key.to_text(), one.source, one.added_by)));
  return {};
}

Result<std::vector<std::string>> distrust_keys(store::Transaction& tx, const std::string& publisher,
                                               const std::string& key_id) {
  const auto rows = tx.exec(kRemove, params(publisher, key_id));
  if (!rows) return rows.error();
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back((*rows)[i].text("key_id"));
  return out;
}

Result<bundle::TrustStore> with_trusted_keys(store::Transaction& tx, bundle::TrustStore folder) {
  const auto keys = trusted_keys(tx);
  if (!keys) return keys.error();
  for (const auto& one : *keys) folder.add(one.publisher, one.key);
  return folder;
}

}  // namespace rapt::install
