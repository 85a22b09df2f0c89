// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "forced_provider.hpp"
#include "handlers.hpp"
#include "letters_limit.hpp"
#include "me_view.hpp"
#include "rapt/accounts/account_service.hpp"
#include "rapt/accounts/fields.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/identity/auth_service.hpp"
#include "rapt/security/password_policy.hpp"
#include "versions.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxAccountName = 400;
constexpr std::size_t kMaxTokenBytes = 100;
constexpr std::size_t kMaxAccountCode = 64;
// What is compared with what is stored may be longer than what is stored from now on.
constexpr std::size_t kMaxGivenPasswordBytes = 1024;
// One byte more, so that one character more gets the rule's own sentence.
constexpr std::size_t kMaxNewPasswordBytes = security::kMaxPasswordBytes + 4;

Error registration_closed() {
  Error error = Error::forbidden("Accounts are made by your school: ask your teacher or administrator for one.");
  error.code = "REGISTRATION_CLOSED";
  return error;
}

/// What is wrong with a registration that nobody will be told of.
Task<Result<void>> check_registration(Call& call, accounts::Registration registration) {
  RAPT_CO_TRY(accounts::checked_email(registration.email));
  RAPT_CO_TRY(accounts::checked_name("name", registration.name));
  std::vector<std::string> words{registration.name, registration.email};
  co_return co_await call.services.accounts.check_password(std::move(registration.password), std::move(words));
}

/// The same for every address.
http::Response check_mail() {
  json data;
  data["status"] = "check_mail";
  return data_reply(data, 202);
}

void account_changed(const Call& call, const char* change) {
  log::info("account.changed", {{"user", call.actor.id.str()}, {"change", change}, {"request_id", call.request.id}});
}

/// A body with one text.
Result<std::string> only_text(const Call& call, const std::string& field, std::size_t max) {
  auto body = Body::parse(call.request);
  if (!body) return body.error();
  auto text = body->text(field, max);
  if (auto fault = body->fault()) return *fault;
  return text;
}

}  // namespace

Task<Result<Answer>> post_register(Call& call) {
  if (!call.services.settings.registration_open) co_return registration_closed();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  accounts::Registration registration;
  registration.email = body->text("email", accounts::kMaxEmailBytes);
  registration.name = body->text("name", kMaxAccountName);
  registration.password = body->text("password", kMaxNewPasswordBytes);
  if (auto fault = body->fault()) co_return *fault;
  RAPT_CO_TRY(co_await check_no_forced_provider(call, registration.email));
  const bool mails = co_await may_mail(call, "register", registration.email);
  if (!mails) {
    RAPT_CO_TRY(co_await check_registration(call, std::move(registration)));
    co_return check_mail();
  }
  RAPT_CO_TRY(co_await call.services.accounts.register_account(std::move(registration)));
  co_return check_mail();
}

Task<Result<Answer>> post_verify_email(Call& call) {
  auto token = only_text(call, "token", kMaxTokenBytes);
  if (!token) co_return token.error();
  RAPT_CO_TRY(co_await call.services.accounts.verify_email(std::move(*token)));
  co_return no_content();
}

Task<Result<Answer>> post_verify_email_resend(Call& call) {
  auto email = only_text(call, "email", accounts::kMaxEmailBytes);
  if (!email) co_return email.error();
  RAPT_CO_TRY(accounts::checked_email(*email));
  const bool mails = co_await may_mail(call, "verify", *email);
  if (!mails) co_return check_mail();
  RAPT_CO_TRY(co_await call.services.accounts.resend_verification(std::move(*email)));
  co_return check_mail();
}

Task<Result<Answer>> post_password_reset(Call& call) {
  auto email = only_text(call, "email", accounts::kMaxEmailBytes);
  if (!email) co_return email.error();
  RAPT_CO_TRY(co_await check_no_forced_provider(call, *email));
  RAPT_CO_TRY(accounts::checked_email(*email));
  const bool mails = co_await may_mail(call, "reset", *email);
  if (!mails) co_return check_mail();
  RAPT_CO_TRY(co_await call.services.accounts.ask_reset(std::move(*email)));
  co_return check_mail();
}

Task<Result<Answer>> post_password_reset_confirm(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto token = body->text("token", kMaxTokenBytes);
  auto password = body->text("password", kMaxNewPasswordBytes);
  if (auto fault = body->fault()) co_return *fault;
  RAPT_CO_TRY(co_await call.services.accounts.confirm_reset(std::move(token), std::move(password)));
  co_return no_content();
}

Task<Result<Answer>> get_me(Call& call) {
  auto response = co_await load_me(call, call.actor);
  if (!response) co_return response.error();
  co_return std::move(*response);
}

Task<Result<Answer>> patch_me(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  accounts::ProfileChange change;
  change.name = body->optional_text("name", kMaxAccountName);
  change.given_name = body->clearable_text("given_name", kMaxAccountName);
  change.family_name = body->clearable_text("family_name", kMaxAccountName);
  if (auto fault = body->fault()) co_return *fault;
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  const auto profile = co_await call.services.accounts.update_profile(call.actor.id, std::move(change), *expected);
  if (!profile) co_return profile.error();
  account_changed(call, "names");
  co_return me_reply(call.actor, *profile);
}

Task<Result<Answer>> post_me_email(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto email = body->text("email", accounts::kMaxEmailBytes);
  auto password = body->text("password", kMaxGivenPasswordBytes);
  if (auto fault = body->fault()) co_return *fault;
  RAPT_CO_TRY(co_await call.services.accounts.ask_email_change(call.actor.id, std::move(email), std::move(password)));
  account_changed(call, "address asked for");
  co_return check_mail();
}

Task<Result<Answer>> post_password(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto current = body->text("current_password", kMaxGivenPasswordBytes);
  auto next = body->text("new_password", kMaxNewPasswordBytes);
  if (auto fault = body->fault()) co_return *fault;
  auto token = call.request.cookie(identity::kSessionCookie).value_or("");
  RAPT_CO_TRY(co_await call.services.accounts.change_password(call.actor.id, std::move(current), std::move(next),
                                                              std::move(token)));
  account_changed(call, "password");
  co_return no_content();
}

Task<Result<Answer>> post_totp(Call& call) {
  auto password = only_text(call, "password", kMaxGivenPasswordBytes);
  if (!password) co_return password.error();
  const auto setup = co_await call.services.accounts.start_totp(call.actor.id, std::move(*password));
  if (!setup) co_return setup.error();
  json data;
  data["secret"] = setup->secret;
  data["otpauth_uri"] = setup->otpauth_uri;
  co_return data_reply(data);
}

Task<Result<Answer>> post_totp_confirm(Call& call) {
  auto code = only_text(call, "code", kMaxAccountCode);
  if (!code) co_return code.error();
  const auto codes = co_await call.services.accounts.confirm_totp(call.actor.id, std::move(*code));
  if (!codes) co_return codes.error();
  account_changed(call, "second factor set up");
  json data;
  data["recovery_codes"] = *codes;
  co_return data_reply(data);
}

Task<Result<Answer>> delete_totp(Call& call) {
  auto password = only_text(call, "password", kMaxGivenPasswordBytes);
  if (!password) co_return password.error();
  RAPT_CO_TRY(co_await call.services.accounts.stop_totp(call.actor.id, std::move(*password)));
  account_changed(call, "second factor removed");
  co_return no_content();
}

}  // namespace rapt::api
