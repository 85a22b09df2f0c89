// SPDX-License-Identifier: AGPL-3.0-or-later
#include "publisher_auth.hpp"

#include "publish_input.hpp"
#include "rapt/base/text.hpp"

namespace rapt::marketplace {
namespace {

using store::params;

constexpr store::Statement kKey{
    "publisher_key",
    "SELECT k.public_key, k.publisher, k.revoked_at, k.revoked_because, p.suspended_because "
    "FROM publisher_keys k JOIN publishers p ON p.name = k.publisher WHERE k.key_id = $1"};
constexpr store::Statement kTakeNonce{
    "nonce_take", "INSERT INTO request_nonces (key_id, nonce, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"};
constexpr store::Statement kSweepNonces{"nonce_sweep", "DELETE FROM request_nonces WHERE expires_at < $1"};

/// A signature that holds may still be of a key or a publisher that counts no longer.
Result<Signer> signer_of(const store::Row& row, const std::string& key_id) {
  if (const auto revoked = row.optional_time("revoked_at")) {
    return coded(ErrorKind::kUnauthorized, "KEY_REVOKED",
                 "The key " + key_id + " was revoked on " + to_rfc3339(*revoked) + " (" +
                     printable(row.text("revoked_because"), 300) + "). Sign with another key of " +
                     row.text("publisher") + ".");
  }
  if (const auto because = row.optional_text("suspended_because")) {
    return coded(ErrorKind::kForbidden, "PUBLISHER_SUSPENDED",
                 "The publisher " + row.text("publisher") + " is suspended: " + printable(*because, 300) +
                     ". Write to whoever runs this registry.");
  }
  return Signer{row.text("publisher"), key_id};
}

Task<Result<std::pair<Signer, RequestSignature>>> read_signer(Site& site, const http::Request& head) {
  auto claimed = read_signature(head.headers, head.method, signed_uri(site, head));
  if (!claimed) co_return claimed.error();
  const auto rows = co_await site.database.query(kKey, params(claimed->key_id));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) {
    co_return coded(ErrorKind::kUnauthorized, "KEY_UNKNOWN",
                    "The key " + claimed->key_id +
                        " is of no publisher of this registry: `rapt publisher register` makes you one, and "
                        "`rapt publisher add-key` adds a key to the one that you are.");
  }
  const auto key = security::PublicKey::from_text(row->text("public_key"));
  if (!key) co_return Error::internal("publisher_keys." + claimed->key_id + ": " + key.error().message);
  RAPT_CO_TRY(verify_signature(*claimed, *key, site.clock.now()));
  auto signer = signer_of(*row, claimed->key_id);
  if (!signer) co_return signer.error();
  co_return std::pair(std::move(*signer), std::move(*claimed));
}

}  // namespace

std::string signed_uri(const Site& site, const http::Request& request) {
  return target_uri(site.public_url, request.path, request.query);
}

Task<Result<Signer>> recognize(Site& site, const http::Request& head) {
  auto read = co_await read_signer(site, head);
  if (!read) co_return read.error();
  co_return std::move(read->first);
}

Task<Result<Signer>> authenticate(Site& site, const http::Request& request) {
  auto read = co_await read_signer(site, request);
  if (!read) co_return read.error();
  RAPT_CO_TRY(check_digest(read->second, request.body));
  const auto taken = co_await take_nonce(site, read->second);
  if (!taken) co_return taken.error();
  co_return std::move(read->first);
}

Task<Result<void>> take_nonce(Site& site, const RequestSignature& claimed) {
  // A minute more than it needs: the sweeper's clock may be another server's.
  const TimePoint until = claimed.created + kMaxClockDifference + std::chrono::seconds(60);
  const auto taken = co_await site.database.query(kTakeNonce, params(claimed.key_id, claimed.nonce, until));
  if (!taken) co_return taken.error();
  if (taken->affected() == 1) co_return Result<void>();
  co_return coded(ErrorKind::kUnauthorized, "REQUEST_REPLAYED",
                  "This request came before: each is taken once. If you did not repeat it, somebody else did, to no "
                  "effect; if you did, sign it anew.");
}

Task<Result<void>> sweep_nonces(Site& site) {
  const auto swept = co_await site.database.query(kSweepNonces, params(site.clock.now()));
  if (!swept) co_return swept.error();
  co_return Result<void>();
}

}  // namespace rapt::marketplace
