// SPDX-License-Identifier: AGPL-3.0-or-later
#include "letters.hpp"
#include "owner.hpp"
#include "rapt/accounts/fields.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/store/database.hpp"
#include "tokens.hpp"

namespace rapt::accounts {
namespace {

constexpr store::Statement kOwner{"accounts.owner", R"(
  SELECT id, email, name, password_hash FROM users
   WHERE id = $1::uuid AND status = 'active' AND deleted_at IS NULL)"};

constexpr store::Statement kProfile{"accounts.profile", R"(
  SELECT id, email, name, given_name, family_name, status, email_verified_at IS NOT NULL AS email_verified, updated_at,
         EXISTS (SELECT FROM totp_secrets t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS totp_enabled
    FROM users u WHERE id = $1::uuid AND deleted_at IS NULL)"};

// $3 and $5: whether the given and the family name change at all.
constexpr store::Statement kUpdateProfile{"accounts.update_profile", R"(
  UPDATE users
     SET name = coalesce($2, name),
         given_name = CASE WHEN $3::boolean THEN nullif($4, '') ELSE given_name END,
         family_name = CASE WHEN $5::boolean THEN nullif($6, '') ELSE family_name END
   WHERE id = $1::uuid AND status = 'active' AND deleted_at IS NULL
     AND ($7::timestamptz IS NULL OR updated_at = $7::timestamptz))"};

constexpr store::Statement kIsTaken{
    "accounts.is_taken",
    "SELECT id FROM users WHERE lower(email) = lower($1) AND deleted_at IS NULL AND id <> $2::uuid"};

Profile profile_of(const store::Row& row) {
  Profile out;
  out.id = row.id<UserId>("id");
  out.email = row.text("email");
  out.name = row.text("name");
  out.given_name = row.optional_text("given_name");
  out.family_name = row.optional_text("family_name");
  out.status = row.text("status");
  out.email_verified = row.boolean("email_verified");
  out.totp_enabled = row.boolean("totp_enabled");
  out.updated_at = row.time("updated_at");
  return out;
}

Result<void> check(const std::string& field, std::optional<std::string>& name, bool may_go) {
  if (!name || (may_go && name->empty())) return {};
  auto checked = checked_name(field, *name);
  if (!checked) return checked.error();
  name = std::move(*checked);
  return {};
}

Error changed_meanwhile() {
  Error error = Error::conflict("Your account has changed since you read it: read it again.");
  error.code = "PRECONDITION_FAILED";
  return error;
}

Error wrong_password(const std::string& field) {
  Error error = Error::invalid(field, "is not your password");
  error.code = kWrongPassword;
  error.message = "That is not your password.";
  return error;
}

}  // namespace

Task<Result<AccountService::Owner>> AccountService::owner(UserId user) {
  const auto rows = co_await parts_.database.query(kOwner, store::params(user));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::unauthorized();
  co_return Owner{row->id<UserId>("id"), row->text("email"), row->text("name"), row->optional_text("password_hash")};
}

Task<Result<AccountService::Owner>> AccountService::proven_owner(UserId user, std::string password, std::string field) {
  auto found = co_await owner(std::move(user));
  if (!found) co_return found.error();
  const auto verdict = co_await parts_.passwords.verify(std::move(password), found->password_hash);
  if (!verdict) co_return verdict.error();
  if (!verdict->right) co_return wrong_password(field);
  co_return found;
}

Task<Result<Profile>> AccountService::profile(UserId user) {
  const auto rows = co_await parts_.database.query(kProfile, store::params(user));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::unauthorized();
  co_return profile_of(*row);
}

Task<Result<Profile>> AccountService::update_profile(UserId user, ProfileChange change,
                                                     std::optional<TimePoint> expected) {
  RAPT_CO_TRY(check("name", change.name, false));
  RAPT_CO_TRY(check("given_name", change.given_name, true));
  RAPT_CO_TRY(check("family_name", change.family_name, true));
  const auto done = co_await parts_.database.query(
      kUpdateProfile, store::params(user, change.name, change.given_name.has_value(), change.given_name,
                                    change.family_name.has_value(), change.family_name, expected));
  if (!done) co_return done.error();
  if (done->affected() == 0) co_return expected ? changed_meanwhile() : Error::unauthorized();
  co_return co_await profile(std::move(user));
}

Task<Result<void>> AccountService::ask_email_change(UserId user, std::string email, std::string password) {
  auto address = checked_email(email);
  if (!address) co_return address.error();
  auto proven = co_await proven_owner(std::move(user), std::move(password), "password");
  if (!proven) co_return proven.error();
  if (*address == proven->email) co_return Error::invalid("email", "is your address already");
  auto work = [this, owner = std::move(*proven), address = std::move(*address)](store::Transaction& tx) {
    return store_asked_change(tx, owner, address);
  };
  co_return co_await parts_.database.transaction(std::move(work));
}

Result<void> AccountService::store_asked_change(store::Transaction& transaction, const Owner& owner,
                                                const std::string& email) const {
  const TimePoint now = parts_.clock.now();
  const auto taken = transaction.exec(kIsTaken, store::params(email, owner.id));
  if (!taken) return taken.error();
  RAPT_TRY(void_verifications(transaction, owner.id, now));
  RAPT_TRY(post_notice(transaction, owner.email, address_asked_letter(owner.name, parts_.public_url)));
  const auto user = taken->empty() ? owner.id : UserId::trusted(new_uuid());
  const auto token = new_verification(transaction, user, {email}, now);
  if (!token) return token.error();
  const std::string link = parts_.public_url + "/verify-email#token=" + *token;
  return post(transaction, email,
              taken->empty() ? change_address_letter(owner.name, link) : address_taken_letter(parts_.public_url));
}

}  // namespace rapt::accounts
