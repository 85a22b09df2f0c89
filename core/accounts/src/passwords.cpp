// SPDX-License-Identifier: AGPL-3.0-or-later
#include "letters.hpp"
#include "owner.hpp"
#include "rapt/accounts/fields.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/store/database.hpp"
#include "tokens.hpp"

namespace rapt::accounts {
namespace {

constexpr store::Statement kMayReset{"accounts.may_reset", R"(
  SELECT id, email, name FROM users
   WHERE lower(email) = lower($1) AND deleted_at IS NULL AND status IN ('active', 'pending_verification'))"};

#define RAPT_VALID_RESET                                                                                     \
  " r.token_hash = $1::bytea AND r.used_at IS NULL AND r.expires_at > $2::timestamptz AND u.id = r.user_id " \
  " AND u.email = r.email AND u.deleted_at IS NULL AND u.status IN ('active', 'pending_verification') "

constexpr store::Statement kResetOwner{
    "accounts.reset_owner", "SELECT u.id, u.email, u.name FROM password_resets r, users u WHERE " RAPT_VALID_RESET};
constexpr store::Statement kTakeReset{
    "accounts.take_reset", "UPDATE password_resets r SET used_at = $2::timestamptz FROM users u WHERE " RAPT_VALID_RESET
                           "RETURNING u.id, u.email, u.name"};

#undef RAPT_VALID_RESET

constexpr store::Statement kSetPassword{"accounts.set_password", R"(
  UPDATE users SET password_hash = $2, status = 'active', email_verified_at = coalesce(email_verified_at, $3::timestamptz)
   WHERE id = $1::uuid)"};
constexpr store::Statement kChangePassword{"accounts.change_password", R"(
  UPDATE users SET password_hash = $3
   WHERE id = $1::uuid AND password_hash = $2 AND status = 'active' AND deleted_at IS NULL)"};
constexpr store::Statement kEndOtherLogins{
    "accounts.end_other_logins", "DELETE FROM auth_sessions WHERE user_id = $1::uuid AND token_hash <> $2::bytea"};

/// The fault of a password under the name that the field has in this route.
Error renamed(Error error, const std::string& field) {
  for (auto& fault : error.fields) fault.path = field;
  return error;
}

}  // namespace

Task<Result<void>> AccountService::ask_reset(std::string email) {
  auto address = checked_email(email);
  if (!address) co_return address.error();
  auto work = [this, address = std::move(*address)](store::Transaction& tx) { return store_asked_reset(tx, address); };
  co_return co_await parts_.database.transaction(std::move(work));
}

Result<void> AccountService::store_asked_reset(store::Transaction& transaction, const std::string& email) const {
  const auto found = transaction.exec(kMayReset, store::params(email));
  if (!found) return found.error();
  const auto account = found->first();
  const auto user = account ? account->id<UserId>("id") : UserId::trusted(new_uuid());
  const auto token = new_reset(transaction, user, std::nullopt, parts_.clock.now(), kResetLifetime);
  if (!token) return token.error();
  if (!account) return post_nothing(transaction);
  return post_notice(transaction, account->text("email"),
                     reset_letter(account->text("name"), parts_.public_url + "/reset-password#token=" + *token));
}

Task<Result<void>> AccountService::confirm_reset(std::string token, std::string password) {
  const auto rows = co_await parts_.database.query(kResetOwner, store::params(token_hash(token), parts_.clock.now()));
  if (!rows) co_return rows.error();
  const auto account = rows->first();
  if (!account) co_return token_invalid();
  std::vector<std::string> words{account->text("name"), account->text("email")};
  RAPT_CO_TRY(co_await parts_.passwords.check_password(password, std::move(words)));
  auto hash = co_await parts_.passwords.hash(std::move(password));
  if (!hash) co_return hash.error();
  auto work = [this, token = std::move(token), hash = std::move(*hash)](store::Transaction& tx) {
    return store_reset(tx, token, hash);
  };
  co_return co_await parts_.database.transaction(std::move(work));
}

Result<void> AccountService::store_reset(store::Transaction& transaction, const std::string& token,
                                         const std::string& hash) const {
  const TimePoint now = parts_.clock.now();
  const auto taken = transaction.exec(kTakeReset, store::params(token_hash(token), now));
  if (!taken) return taken.error();
  const auto account = taken->first();
  if (!account) return token_invalid();
  const auto user = account->id<UserId>("id");
  RAPT_TRY(transaction.exec(kSetPassword, store::params(user, hash, now)));
  RAPT_TRY(void_tokens(transaction, user, now));
  RAPT_TRY(end_logins(transaction, user));
  return post_notice(transaction, account->text("email"),
                     password_changed_letter(account->text("name"), parts_.public_url));
}

Task<Result<void>> AccountService::change_password(UserId user, std::string current, std::string next,
                                                   std::string kept_token) {
  auto proven = co_await proven_owner(std::move(user), std::move(current), "current_password");
  if (!proven) co_return proven.error();
  std::vector<std::string> words{proven->name, proven->email};
  const auto good = co_await parts_.passwords.check_password(next, std::move(words));
  if (!good) co_return renamed(good.error(), "new_password");
  auto hash = co_await parts_.passwords.hash(std::move(next));
  if (!hash) co_return hash.error();
  auto work = [this, owner = std::move(*proven), hash = std::move(*hash),
               kept = std::move(kept_token)](store::Transaction& tx) { return store_password(tx, owner, hash, kept); };
  co_return co_await parts_.database.transaction(std::move(work));
}

Result<void> AccountService::store_password(store::Transaction& transaction, const Owner& owner,
                                            const std::string& hash, const std::string& kept_token) const {
  const auto changed = transaction.exec(kChangePassword, store::params(owner.id, owner.password_hash, hash));
  if (!changed) return changed.error();
  if (changed->affected() == 0) return Error::conflict("Your password has just been changed elsewhere: try again.");
  RAPT_TRY(void_tokens(transaction, owner.id, parts_.clock.now()));
  RAPT_TRY(transaction.exec(kEndOtherLogins, store::params(owner.id, token_hash(kept_token))));
  return post_notice(transaction, owner.email, password_changed_letter(owner.name, parts_.public_url));
}

}  // namespace rapt::accounts
