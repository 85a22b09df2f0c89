// SPDX-License-Identifier: AGPL-3.0-or-later
#include "letters.hpp"
#include "rapt/accounts/account_service.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/store/database.hpp"
#include "tokens.hpp"

namespace rapt::accounts {
namespace {

constexpr store::Statement kEndLogins{"accounts.end_logins", "DELETE FROM auth_sessions WHERE user_id = $1::uuid"};

}  // namespace

Result<void> AccountService::send_reset(store::Transaction& transaction, const Addressee& to,
                                        const std::optional<UserId>& requested_by) const {
  const auto link = make_reset_link(transaction, to.user, requested_by);
  if (!link) return link.error();
  return post(transaction, to.email,
              requested_by ? reset_by_other_letter(to.name, *link) : reset_letter(to.name, *link));
}

Result<std::string> AccountService::make_reset_link(store::Transaction& transaction, const UserId& user,
                                                    const std::optional<UserId>& requested_by) const {
  const auto token = new_reset(transaction, user, requested_by, parts_.clock.now(), kResetLifetime);
  if (!token) return token.error();
  return parts_.public_url + "/reset-password#token=" + *token;
}

Result<void> AccountService::tell_address_changed(store::Transaction& transaction, const Addressee& old) const {
  return post_notice(transaction, old.email, address_changed_letter(old.name));
}

Result<void> AccountService::send_invitation(store::Transaction& transaction, const Addressee& to,
                                             const std::optional<UserId>& requested_by) const {
  const auto token = new_reset(transaction, to.user, requested_by, parts_.clock.now(), kInvitationLifetime);
  if (!token) return token.error();
  return post(transaction, to.email, invitation_letter(to.name, parts_.public_url + "/reset-password#token=" + *token));
}

Result<void> AccountService::end_logins(store::Transaction& transaction, const UserId& user) {
  RAPT_TRY(transaction.exec(kEndLogins, store::params(user)));
  return {};
}

Task<Result<std::string>> AccountService::hash_password(std::string password) {
  return parts_.passwords.hash(std::move(password));
}

Task<Result<void>> AccountService::check_password(std::string password, std::vector<std::string> words) {
  return parts_.passwords.check_password(std::move(password), std::move(words));
}

}  // namespace rapt::accounts
