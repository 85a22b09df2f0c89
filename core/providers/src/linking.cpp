// SPDX-License-Identifier: AGPL-3.0-or-later
#include "linking.hpp"

#include <algorithm>

#include "addresses.hpp"
#include "failures.hpp"
#include "provider_store.hpp"
#include "rapt/base/text.hpp"

namespace rapt::providers {
namespace {

constexpr std::size_t kMaxSubject = 255;
constexpr std::size_t kMaxLinkedName = 100;

const store::Statement kLinked{"providers.linked", R"(
  SELECT a.user_id, u.status = 'active' AND u.deleted_at IS NULL AS active
    FROM oauth_accounts a JOIN users u ON u.id = a.user_id
   WHERE a.provider = $1 AND a.provider_user_id = $2)"};
const store::Statement kUsed{"providers.used", R"(
  UPDATE oauth_accounts SET last_used_at = $3::timestamptz WHERE provider = $1 AND provider_user_id = $2)"};
// First logins of one provider come one after the other, so that two callbacks of one person make one account.
const store::Statement kLock{"providers.lock",
                             "SELECT pg_advisory_xact_lock(hashtextextended('auth-provider:' || $1, 0))"};
const store::Statement kByEmail{"providers.by_email", R"(
  SELECT u.id, u.status = 'active' AS active, u.email_verified_at IS NOT NULL AS proven,
         EXISTS (SELECT FROM oauth_accounts a WHERE a.user_id = u.id AND a.provider = $2) AS linked
    FROM users u WHERE lower(u.email) = lower($1) AND u.deleted_at IS NULL FOR UPDATE OF u)"};
const store::Statement kDeletedEmail{
    "providers.deleted_email", "SELECT FROM users WHERE lower(email) = lower($1) AND deleted_at IS NOT NULL LIMIT 1"};
const store::Statement kLinkIt{"providers.link", R"(
  INSERT INTO oauth_accounts (user_id, provider, provider_user_id, created_at, last_used_at)
  VALUES ($1::uuid, $2, $3, $4::timestamptz, $4::timestamptz))"};
const store::Statement kMakeUser{"providers.make_user", R"(
  INSERT INTO users (id, email, name, given_name, family_name, status, email_verified_at, created_at, updated_at)
  VALUES ($1::uuid, $2, $3, $4, $5, 'active', $6::timestamptz, $6::timestamptz, $6::timestamptz)
  ON CONFLICT DO NOTHING)"};
const store::Statement kJoin{"providers.join", R"(
  INSERT INTO group_members (user_id, group_id, role, created_at, updated_at)
  VALUES ($1::uuid, $2::uuid, $3::member_role, $4::timestamptz, $4::timestamptz))"};

bool is_subject(const std::string& text) {
  return !text.empty() && is_utf8(text) && count_code_points(text) <= kMaxSubject &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

/// A name as accounts keep it: printable, at most 100 characters, or nothing.
std::optional<std::string> name_of(const std::string& text) {
  if (!is_utf8(text)) return std::nullopt;
  std::string name;
  std::size_t characters = 0;
  for (const char c : trimmed(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U && ++characters > kMaxLinkedName) break;
    name += byte < ' ' || byte == 0x7f ? ' ' : c;
  }
  return name.empty() ? std::nullopt : std::optional(std::move(name));
}

std::string display_name(const Claim& claim) {
  if (auto name = name_of(claim.name)) return *name;
  if (auto name = name_of(claim.given_name + " " + claim.family_name)) return *name;
  return name_of(claim.email.substr(0, claim.email.find('@'))).value_or("?");
}

/// The account that this subject is linked with; nullopt without one.
Result<std::optional<UserId>> linked(store::Transaction& tx, const std::string& provider, const std::string& subject,
                                     TimePoint now) {
  const auto rows = tx.exec(kLinked, store::params(provider, subject));
  if (!rows) return rows.error();
  const auto row = rows->first();
  if (!row) return std::optional<UserId>{};
  if (!row->boolean("active")) return account_unknown("the linked account is not active");
  RAPT_TRY(tx.exec(kUsed, store::params(provider, subject, now)));
  return std::optional(row->id<UserId>("user_id"));
}

Result<UserId> link(store::Transaction& tx, const UserId& user, const std::string& provider, const Claim& claim,
                    TimePoint now) {
  RAPT_TRY(tx.exec(kLinkIt, store::params(user, provider, claim.subject, now)));
  return user;
}

/// The account of the claim's address, linked; nullopt when the address is free.
Result<std::optional<UserId>> link_by_email(store::Transaction& tx, const Provider& provider, const Claim& claim,
                                            TimePoint now) {
  const auto rows = tx.exec(kByEmail, store::params(claim.email, provider.name));
  if (!rows) return rows.error();
  const auto row = rows->first();
  if (!row) return std::optional<UserId>{};
  if (!row->boolean("active")) return account_unknown("the account of this address is not active");
  // Somebody may have registered this address who does not own it, and may know the account's password.
  if (!row->boolean("proven")) return account_unknown("the account of this address has not proven it");
  if (row->boolean("linked")) return account_unknown("the account of this address is linked with another subject");
  const auto user = link(tx, row->id<UserId>("id"), provider.name, claim, now);
  if (!user) return user.error();
  return std::optional(*user);
}

/// nullopt when somebody else took the address meanwhile.
Result<std::optional<UserId>> make_user(store::Transaction& tx, const Provider& provider, const Claim& claim,
                                        TimePoint now) {
  if (!provider.create_users) return account_unknown("no account has this address, and the provider makes none");
  const auto deleted = tx.exec(kDeletedEmail, store::params(claim.email));
  if (!deleted) return deleted.error();
  if (!deleted->empty()) return account_unknown("the account of this address was deleted");
  const auto stands = group_stands(tx, provider.default_group);
  if (!stands) return stands.error();
  if (!*stands) return account_unknown("the group for new people is gone: set default_group_id of the provider");
  const auto user = UserId::trusted(new_uuid());
  const auto made = tx.exec(kMakeUser, store::params(user, claim.email, display_name(claim), name_of(claim.given_name),
                                                     name_of(claim.family_name), now));
  if (!made) return made.error();
  if (made->affected() == 0) return std::optional<UserId>{};
  RAPT_TRY(tx.exec(kJoin, store::params(user, provider.default_group, provider.default_role, now)));
  const auto owner = link(tx, user, provider.name, claim, now);
  if (!owner) return owner.error();
  return std::optional(*owner);
}

bool speaks_for(const Provider& provider, const std::string& email) {
  const auto domain = domain_of(email);
  return std::any_of(provider.domains.begin(), provider.domains.end(),
                     [&domain](const Domain& one) { return one.domain == domain; });
}

Result<UserId> first_login(store::Transaction& tx, const Provider& provider, const Claim& claim, TimePoint now) {
  RAPT_TRY(tx.exec(kLock, store::params(provider.name)));
  auto owner = linked(tx, provider.name, claim.subject, now);
  if (owner && !*owner) owner = link_by_email(tx, provider, claim, now);
  if (owner && !*owner) owner = make_user(tx, provider, claim, now);
  if (owner && !*owner) owner = link_by_email(tx, provider, claim, now);
  if (!owner) return owner.error();
  if (!*owner) return account_unknown("the account of this address came and went");
  return **owner;
}

}  // namespace

Result<UserId> owner_of(store::Transaction& tx, const std::string& provider_name, const Claim& given, TimePoint now) {
  Claim claim = given;
  claim.email = trimmed(claim.email);
  if (!is_subject(claim.subject)) return provider_unavailable(provider_name, "the claim's subject cannot be stored");
  const auto stored = load(tx, provider_name, false);
  if (!stored) return stored.error();
  const Provider& provider = stored->provider;
  if (!provider.enabled) return Error::not_found("provider");
  const auto known = linked(tx, provider.name, claim.subject, now);
  if (!known) return known.error();
  if (*known) return **known;
  if (!is_email(claim.email)) return account_unknown("the claim has no address, and its subject is not linked");
  if (!claim.email_verified) return email_unverified();
  if (!speaks_for(provider, claim.email)) return account_unknown("the provider does not speak for this domain");
  return first_login(tx, provider, claim, now);
}

}  // namespace rapt::providers
