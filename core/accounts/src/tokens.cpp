// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tokens.hpp"

#include "rapt/security/crypto.hpp"
#include "rapt/store/database.hpp"

namespace rapt::accounts {
namespace {

// Used and expired tokens go after a month; a few at a time, so that nobody waits for it.
constexpr store::Statement kNewReset{"accounts.new_reset", R"(
  WITH pruned AS (
    DELETE FROM password_resets WHERE token_hash IN (
      SELECT token_hash FROM password_resets
       WHERE expires_at < $4::timestamptz - interval '30 days' AND user_id <> $2::uuid LIMIT 20 FOR UPDATE SKIP LOCKED)),
  older AS (
    UPDATE password_resets SET used_at = $4::timestamptz WHERE user_id = $2::uuid AND used_at IS NULL)
  INSERT INTO password_resets (token_hash, user_id, email, requested_by, created_at, expires_at)
  SELECT $1::bytea, id, email, $3::uuid, $4::timestamptz, $5::timestamptz FROM users WHERE id = $2::uuid)"};
constexpr store::Statement kNewVerification{"accounts.new_verification", R"(
  WITH pruned AS (
    DELETE FROM email_verifications WHERE token_hash IN (
      SELECT token_hash FROM email_verifications
       WHERE expires_at < $6::timestamptz - interval '30 days' AND user_id <> $2::uuid LIMIT 20 FOR UPDATE SKIP LOCKED))
  INSERT INTO email_verifications (token_hash, user_id, email, name, password_hash, created_at, expires_at)
  SELECT $1::bytea, id, $3, $4, $5, $6::timestamptz, $7::timestamptz FROM users WHERE id = $2::uuid)"};
constexpr store::Statement kVoidResets{
    "accounts.void_resets",
    "UPDATE password_resets SET used_at = $2::timestamptz WHERE user_id = $1::uuid AND used_at IS NULL"};
constexpr store::Statement kVoidVerifications{
    "accounts.void_verifications",
    "UPDATE email_verifications SET used_at = $2::timestamptz WHERE user_id = $1::uuid AND used_at IS NULL"};

}  // namespace

std::string token_hash(const std::string& token) {
  return "\\x" + security::hex(security::sha256(token));
}

Error token_invalid() {
  Error error = Error::invalid("token", "has been used, has been replaced by a newer one, or is too old");
  error.code = "TOKEN_INVALID";
  error.message = "This link has been used, has been replaced by a newer one, or is too old. Ask for another.";
  return error;
}

Result<std::string> new_reset(store::Transaction& transaction, const UserId& user,
                              const std::optional<UserId>& requested_by, TimePoint now, std::chrono::hours lifetime) {
  std::string token = security::new_token();
  RAPT_TRY(transaction.exec(kNewReset, store::params(token_hash(token), user, requested_by, now, now + lifetime)));
  return token;
}

Result<std::string> new_verification(store::Transaction& transaction, const UserId& user, const Proof& proof,
                                     TimePoint now) {
  std::string token = security::new_token();
  RAPT_TRY(transaction.exec(kNewVerification, store::params(token_hash(token), user, proof.email, proof.name,
                                                            proof.password_hash, now, now + kVerificationLifetime)));
  return token;
}

Result<void> void_verifications(store::Transaction& transaction, const UserId& user, TimePoint now) {
  RAPT_TRY(transaction.exec(kVoidVerifications, store::params(user, now)));
  return {};
}

Result<void> void_tokens(store::Transaction& transaction, const UserId& user, TimePoint now) {
  RAPT_TRY(transaction.exec(kVoidResets, store::params(user, now)));
  return void_verifications(transaction, user, now);
}

}  // namespace rapt::accounts
