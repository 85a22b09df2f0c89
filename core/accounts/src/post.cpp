// SPDX-License-Identifier: AGPL-3.0-or-later
#include "letters.hpp"
#include "rapt/accounts/account_service.hpp"
#include "rapt/base/log.hpp"
#include "rapt/mail/mail.hpp"
#include "rapt/store/database.hpp"

namespace rapt::accounts {
namespace {

constexpr const char* kNobody = "nobody@nowhere.invalid";

// created_at is the transaction's time, so this finds a mail of this transaction alone.
constexpr store::Statement kForgetMail{"accounts.forget_mail", R"(
  UPDATE outgoing_mails SET sent_at = $1::timestamptz, sealed_body = NULL
   WHERE created_at = now() AND recipient = 'nobody@nowhere.invalid')"};

}  // namespace

Result<void> AccountService::post(store::Transaction& transaction, const std::string& to, const Letter& letter) const {
  RAPT_TRY(mail::enqueue(transaction, parts_.box, {to, letter.subject, letter.text}));
  // Nothing to forget: the same statements as post_nothing().
  RAPT_TRY(transaction.exec(kForgetMail, store::params(parts_.clock.now())));
  return {};
}

Result<void> AccountService::post_nothing(store::Transaction& transaction) const {
  // As long as a letter with a link, because the text is sealed.
  return post(transaction, kNobody, reset_letter("Nobody", std::string(100, '-')));
}

Result<void> AccountService::post_notice(store::Transaction& transaction, const std::string& to,
                                         const Letter& letter) const {
  auto posted = post(transaction, to, letter);
  if (posted || posted.error().kind != ErrorKind::kInvalid) return posted;
  // An account whose address no mail can have still changes its password.
  log::warn("accounts.notice_not_mailed", {{"reason", posted.error().message}});
  return {};
}

}  // namespace rapt::accounts
