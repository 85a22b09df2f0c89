// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/second_factor.hpp"

#include "letters.hpp"
#include "owner.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/security/totp.hpp"
#include "rapt/store/database.hpp"

namespace rapt::accounts {
namespace {

constexpr const char* kIssuer = "RaptScallions";
constexpr int kRecoveryCodes = 10;
constexpr int kRecoveryGroups = 4;  // of four letters of five bits: 80 bits, beyond guessing even by their hashes

constexpr store::Statement kStart{"accounts.start_totp", R"(
  INSERT INTO totp_secrets (user_id, sealed_secret, created_at) VALUES ($1::uuid, $2, $3::timestamptz)
  ON CONFLICT (user_id) DO UPDATE SET sealed_secret = $2, created_at = $3::timestamptz, last_step = 0
   WHERE totp_secrets.confirmed_at IS NULL)"};
constexpr store::Statement kStarted{"accounts.started_totp", R"(
  SELECT t.sealed_secret, u.email, u.name FROM totp_secrets t JOIN users u ON u.id = t.user_id
   WHERE t.user_id = $1::uuid AND t.confirmed_at IS NULL FOR UPDATE OF t)"};
constexpr store::Statement kConfirm{"accounts.confirm_totp", R"(
  WITH old AS (DELETE FROM recovery_codes WHERE user_id = $1::uuid)
  UPDATE totp_secrets SET confirmed_at = $2::timestamptz, last_step = $3 WHERE user_id = $1::uuid)"};
constexpr store::Statement kAddCode{"accounts.add_recovery_code",
                                    "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1::uuid, $2::bytea)"};
constexpr store::Statement kStop{"accounts.stop_totp", R"(
  WITH codes AS (DELETE FROM recovery_codes WHERE user_id = $1::uuid)
  DELETE FROM totp_secrets WHERE user_id = $1::uuid RETURNING confirmed_at IS NOT NULL AS confirmed)"};

std::string new_recovery_code() {
  constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";  // none that look alike
  std::string out;
  for (const char byte : security::random_bytes(4 * kRecoveryGroups)) {
    if (out.size() % 5 == 4) out += '-';
    out += kLetters[static_cast<unsigned char>(byte) % kLetters.size()];
  }
  return out;
}

Error no_such_code() {
  Error error = Error::invalid("code", "does not match: codes change every 30 seconds");
  error.code = "INVALID_TOTP";
  error.message = "This code does not match. Check the time of your device, and take the next code.";
  return error;
}

}  // namespace

Task<Result<TotpSetup>> AccountService::start_totp(UserId user, std::string password) {
  const auto proven = co_await proven_owner(std::move(user), std::move(password), "password");
  if (!proven) co_return proven.error();
  const std::string secret = security::new_totp_secret();
  const auto stored = co_await parts_.database.query(
      kStart, store::params(proven->id, parts_.box.seal(secret, identity::totp_seal(proven->id)), parts_.clock.now()));
  if (!stored) co_return stored.error();
  if (stored->affected() == 0)
    co_return Error::conflict("Logging in takes two steps already: end that first, then set it up anew.");
  co_return TotpSetup{security::totp_secret_text(secret), security::otpauth_uri(secret, kIssuer, proven->email)};
}

Task<Result<std::vector<std::string>>> AccountService::confirm_totp(UserId user, std::string code) {
  std::vector<std::string> codes;
  for (int i = 0; i < kRecoveryCodes; ++i) codes.push_back(new_recovery_code());
  auto work = [this, user = std::move(user), code = std::move(code), codes](store::Transaction& tx) {
    return store_totp(tx, user, code, codes);
  };
  RAPT_CO_TRY(co_await parts_.database.transaction(std::move(work)));
  co_return codes;
}

Result<void> AccountService::store_totp(store::Transaction& transaction, const UserId& user, const std::string& code,
                                        const std::vector<std::string>& recovery_codes) const {
  const auto found = transaction.exec(kStarted, store::params(user));
  if (!found) return found.error();
  const auto row = found->first();
  if (!row) return Error::conflict("There is no second step that waits for its first code: start to set it up.");
  const auto secret = parts_.box.open(row->text("sealed_secret"), identity::totp_seal(user));
  if (!secret) return secret.error();
  const TimePoint now = parts_.clock.now();
  const auto step = security::totp_step(*secret, now, code);
  if (!step) return no_such_code();
  RAPT_TRY(transaction.exec(kConfirm, store::params(user, now, *step)));
  for (const auto& one : recovery_codes)
    RAPT_TRY(transaction.exec(kAddCode, store::params(user, identity::recovery_code_hash(one))));
  return post_notice(transaction, row->text("email"), second_factor_letter(row->text("name"), true, parts_.public_url));
}

Task<Result<void>> AccountService::stop_totp(UserId user, std::string password) {
  auto proven = co_await proven_owner(std::move(user), std::move(password), "password");
  if (!proven) co_return proven.error();
  auto work = [this, owner = std::move(*proven)](store::Transaction& tx) -> Result<void> {
    const auto stopped = tx.exec(kStop, store::params(owner.id));
    if (!stopped) return stopped.error();
    const auto row = stopped->first();
    if (!row || !row->boolean("confirmed")) return {};
    return post_notice(tx, owner.email, second_factor_letter(owner.name, false, parts_.public_url));
  };
  co_return co_await parts_.database.transaction(std::move(work));
}

}  // namespace rapt::accounts
