// SPDX-License-Identifier: AGPL-3.0-or-later
#include "letters.hpp"
#include "rapt/accounts/account_service.hpp"
#include "rapt/accounts/fields.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/store/database.hpp"
#include "tokens.hpp"

namespace rapt::accounts {
namespace {

// Registrations that nobody confirmed hold somebody's name and address: they go after a month.
constexpr store::Statement kNewAccount{"accounts.new_account", R"(
  WITH abandoned AS (
    DELETE FROM users WHERE id IN (
      SELECT u.id FROM users u
       WHERE u.status = 'pending_verification' AND u.created_at < $3::timestamptz - interval '30 days'
         AND u.password_hash IS NULL AND u.deleted_at IS NULL AND lower(u.email) <> lower($1)
         AND EXISTS (SELECT FROM email_verifications v WHERE v.user_id = u.id AND v.password_hash IS NOT NULL)
         AND NOT EXISTS (SELECT FROM email_verifications v WHERE v.user_id = u.id AND v.expires_at > $3::timestamptz)
         AND NOT EXISTS (SELECT FROM group_members m WHERE m.user_id = u.id)
         AND NOT EXISTS (SELECT FROM class_members m WHERE m.user_id = u.id)
       LIMIT 20 FOR UPDATE SKIP LOCKED))
  INSERT INTO users (email, name, status, created_at) VALUES ($1, $2, 'pending_verification', $3::timestamptz)
  ON CONFLICT (lower(email)) WHERE deleted_at IS NULL DO NOTHING)"};

// Whom a school has put into a group or class does not become somebody else's by a registration.
constexpr store::Statement kByEmail{"accounts.by_email", R"(
  SELECT u.id, u.email, u.name, u.status, u.email_verified_at IS NOT NULL AS verified,
         u.status = 'pending_verification' AND u.password_hash IS NULL
           AND NOT EXISTS (SELECT FROM group_members m WHERE m.user_id = u.id)
           AND NOT EXISTS (SELECT FROM class_members m WHERE m.user_id = u.id) AS claimable
    FROM users u WHERE lower(u.email) = lower($1) AND u.deleted_at IS NULL)"};

constexpr store::Statement kTakeProof{"accounts.take_proof", R"(
  SELECT v.email, v.name AS new_name, v.password_hash, u.id, u.email AS old_email, u.name
    FROM email_verifications v JOIN users u ON u.id = v.user_id
   WHERE v.token_hash = $1::bytea AND v.used_at IS NULL AND v.expires_at > $2::timestamptz AND u.deleted_at IS NULL
     AND u.status IN ('active', 'pending_verification')
     FOR UPDATE)"};

constexpr store::Statement kVerified{"accounts.verified", R"(
  UPDATE users
     SET email = $2, email_verified_at = $3::timestamptz, status = 'active',
         name = CASE WHEN status = 'active' THEN name ELSE coalesce($4, name) END,
         password_hash = CASE WHEN status = 'active' THEN password_hash ELSE coalesce($5, password_hash) END
   WHERE id = $1::uuid)"};

// The latest registration's, for a link that is mailed again.
constexpr store::Statement kLatestProof{"accounts.latest_proof", R"(
  SELECT name, password_hash FROM email_verifications
   WHERE user_id = $1::uuid AND password_hash IS NOT NULL ORDER BY created_at DESC LIMIT 1)"};

std::string verification_link(const std::string& public_url, const std::string& token) {
  return public_url + "/verify-email#token=" + token;
}

}  // namespace

Task<Result<void>> AccountService::register_account(Registration registration) {
  auto email = checked_email(registration.email);
  if (!email) co_return email.error();
  auto name = checked_name("name", registration.name);
  if (!name) co_return name.error();
  registration.email = std::move(*email);
  registration.name = std::move(*name);
  std::vector<std::string> words{registration.name, registration.email};
  RAPT_CO_TRY(co_await parts_.passwords.check_password(registration.password, std::move(words)));
  auto hash = co_await parts_.passwords.hash(std::move(registration.password));
  if (!hash) co_return hash.error();
  auto work = [this, registration = std::move(registration), hash = std::move(*hash)](store::Transaction& tx) {
    return store_registration(tx, registration, hash);
  };
  co_return co_await parts_.database.transaction(std::move(work));
}

Result<void> AccountService::store_registration(store::Transaction& transaction, const Registration& registration,
                                                const std::string& hash) const {
  const TimePoint now = parts_.clock.now();
  RAPT_TRY(transaction.exec(kNewAccount, store::params(registration.email, registration.name, now)));
  const auto found = transaction.exec(kByEmail, store::params(registration.email));
  if (!found) return found.error();
  const auto account = found->first();
  if (!account) return Error::conflict("The account has just been deleted: try again.");
  const bool claimable = account->boolean("claimable");
  const auto user = claimable ? account->id<UserId>("id") : UserId::trusted(new_uuid());
  // For an account that is somebody's already this stores nothing.
  const auto token = new_verification(transaction, user, {registration.email, registration.name, hash}, now);
  if (!token) return token.error();
  if (claimable)
    return post(transaction, registration.email,
                verification_letter(registration.name, verification_link(parts_.public_url, *token)));
  return post_notice(transaction, account->text("email"),
                     already_registered_letter(account->text("name"), parts_.public_url));
}

Task<Result<void>> AccountService::verify_email(std::string token) {
  auto work = [this, token = std::move(token)](store::Transaction& tx) { return store_verified(tx, token); };
  co_return co_await parts_.database.transaction(std::move(work));
}

Result<void> AccountService::store_verified(store::Transaction& transaction, const std::string& token) const {
  const TimePoint now = parts_.clock.now();
  const auto found = transaction.exec(kTakeProof, store::params(token_hash(token), now));
  if (!found) return found.error();
  const auto proof = found->first();
  if (!proof) return token_invalid();
  const auto user = proof->id<UserId>("id");
  const auto changed =
      transaction.exec(kVerified, store::params(user, proof->text("email"), now, proof->optional_text("new_name"),
                                                proof->optional_text("password_hash")));
  if (!changed && changed.error().kind == ErrorKind::kConflict) {
    Error taken = Error::conflict("Another account has this address by now.");
    taken.code = "EMAIL_TAKEN";
    return taken;
  }
  if (!changed) return changed.error();
  if (proof->text("email") == proof->text("old_email")) return void_verifications(transaction, user, now);
  RAPT_TRY(void_tokens(transaction, user, now));
  return post_notice(transaction, proof->text("old_email"), address_changed_letter(proof->text("name")));
}

Task<Result<void>> AccountService::resend_verification(std::string email) {
  auto address = checked_email(email);
  if (!address) co_return address.error();
  auto work = [this, address = std::move(*address)](store::Transaction& tx) { return store_resent(tx, address); };
  co_return co_await parts_.database.transaction(std::move(work));
}

Result<void> AccountService::store_resent(store::Transaction& transaction, const std::string& email) const {
  const auto found = transaction.exec(kByEmail, store::params(email));
  if (!found) return found.error();
  const auto account = found->first();
  const std::string status = account ? account->text("status") : "";
  const bool waits =
      account && !account->boolean("verified") && (status == "pending_verification" || status == "active");
  const auto user = waits ? account->id<UserId>("id") : UserId::trusted(new_uuid());
  const auto latest = transaction.exec(kLatestProof, store::params(user));
  if (!latest) return latest.error();
  Proof proof{waits ? account->text("email") : email};
  if (const auto registration = latest->first()) {
    proof.name = registration->optional_text("name");
    proof.password_hash = registration->optional_text("password_hash");
  }
  const auto token = new_verification(transaction, user, proof, parts_.clock.now());
  if (!token) return token.error();
  if (!waits) return post_nothing(transaction);
  const std::string name = proof.name.value_or(account->text("name"));
  return post_notice(transaction, proof.email, verification_letter(name, verification_link(parts_.public_url, *token)));
}

}  // namespace rapt::accounts
