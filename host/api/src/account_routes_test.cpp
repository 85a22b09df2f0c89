// SPDX-License-Identifier: AGPL-3.0-or-later
#include "account_site.hpp"

namespace rapt::api {
namespace {

TEST_F(Accounts, ResetsAPasswordOnceAndEndsAllLogins) {
  const auto cookie = cookie_of(sam);
  ASSERT_EQ(post("password-reset", {{"email", sam}}).status, 202);
  const auto older = token_for(sam);
  ASSERT_EQ(post("password-reset", {{"email", sam}}).status, 202);
  const auto token = token_for(sam);
  EXPECT_THAT(mails(sam).back(), HasSubstr("http://site.example/reset-password#token=" + token));
  EXPECT_EQ(code(post("password-reset/confirm", {{"token", older}, {"password", kNewPassword}})), "TOKEN_INVALID")
      << "a newer link voids the older one";
  const auto poor = post("password-reset/confirm", {{"token", token}, {"password", "sam12345"}});
  EXPECT_EQ(field(poor), "password") << "and the link can be used again";
  EXPECT_EQ(post("password-reset/confirm", {{"token", token}, {"password", kNewPassword}}).status, 204);
  EXPECT_EQ(code(post("password-reset/confirm", {{"token", token}, {"password", kNewPassword}})), "TOKEN_INVALID");
  EXPECT_EQ(me(cookie).status, 401);
  EXPECT_EQ(log_in(sam, "right").status, 401);
  EXPECT_EQ(data(log_in(sam, kNewPassword))["email_verified"], true) << "the mail has proven the address";
  EXPECT_THAT(mails(sam).back(), HasSubstr("your account has changed"));
}

TEST_F(Accounts, DoesTheSameWorkForAResetOfNobodysPassword) {
  const auto known = post("password-reset", {{"email", sam}});
  const auto jobs = count("jobs"), letters = count("outgoing_mails");
  const auto unknown = post("password-reset", {{"email", kim}});
  EXPECT_EQ(unknown.status, known.status);
  EXPECT_EQ(unknown.body, known.body);
  EXPECT_EQ(count("jobs"), 2 * jobs);
  EXPECT_EQ(count("outgoing_mails"), 2 * letters);
  EXPECT_EQ(count("outgoing_mails WHERE sealed_body IS NOT NULL"), 1) << "the second is not to be sent";
  EXPECT_EQ(count("password_resets"), 1);
  scratch->script("UPDATE users SET status = 'suspended' WHERE email = '" + sam + "'");
  EXPECT_EQ(post("password-reset", {{"email", sam}}).status, 202);
  EXPECT_EQ(mails(sam).size(), 1u);
}

TEST_F(Accounts, ChangesThePasswordAndEndsTheOtherLogins) {
  const auto here = cookie_of(sam), there = cookie_of(sam);
  ASSERT_EQ(post("password-reset", {{"email", sam}}).status, 202);
  const auto link = token_for(sam);
  const auto wrong = post("password", {{"current_password", "wrong"}, {"new_password", kNewPassword}}, here);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(code(wrong), "WRONG_PASSWORD");
  EXPECT_EQ(field(wrong), "current_password");
  EXPECT_EQ(field(post("password", {{"current_password", "right"}, {"new_password", "12345678"}}, here)),
            "new_password");
  EXPECT_EQ(post("password", {{"current_password", "right"}, {"new_password", kNewPassword}}, here).status, 204);
  EXPECT_EQ(me(here).status, 200);
  EXPECT_EQ(me(there).status, 401);
  EXPECT_EQ(code(post("password-reset/confirm", {{"token", link}, {"password", "another good long one"}})),
            "TOKEN_INVALID");
  EXPECT_EQ(log_in(sam, kNewPassword).status, 200);
}

TEST_F(Accounts, ChangesTheAddressWhenTheNewOneIsProven) {
  const auto cookie = cookie_of(sam);
  EXPECT_EQ(code(post("me/email", {{"email", kim}, {"password", "wrong"}}, cookie)), "WRONG_PASSWORD");
  ASSERT_EQ(post("me/email", {{"email", kim}, {"password", "right"}}, cookie).status, 202);
  EXPECT_EQ(data(me(cookie))["user"]["email"], sam);
  EXPECT_THAT(mails(sam).back(), HasSubstr("asked to give your account another address"));
  ASSERT_EQ(post("verify-email", {{"token", token_for(kim)}}).status, 204);
  EXPECT_EQ(data(me(cookie))["user"]["email"], kim);
  EXPECT_EQ(mails(sam).size(), 2u);
  EXPECT_EQ(log_in(kim, "right").status, 200);
  EXPECT_EQ(log_in(sam, "right").status, 401);
}

TEST_F(Accounts, GivesNobodyAnAddressOfSomebodyElse) {
  const auto cookie = cookie_of(sam);
  const auto taken = post("me/email", {{"email", ada}, {"password", "right"}}, cookie);
  EXPECT_EQ(taken.status, 202);
  EXPECT_THAT(mails(ada).back(), AllOf(HasSubstr("has an account already"), Not(HasSubstr("#token="))));
  ASSERT_EQ(post("me/email", {{"email", kim}, {"password", "right"}}, cookie).status, 202);
  scratch->script("UPDATE users SET email = '" + kim + "' WHERE email = '" + ada + "'");
  const auto late = post("verify-email", {{"token", token_for(kim)}});
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(code(late), "EMAIL_TAKEN");
}

TEST_F(Accounts, ChangesNamesInTheStateThatWasRead) {
  const auto cookie = cookie_of(sam);
  const auto read = me(cookie);
  const auto at = read.head.find("ETag: ");
  ASSERT_NE(at, std::string::npos);
  const std::string match = "If-Match: " + read.head.substr(at + 6, read.head.find('\r', at) - at - 6) + "\r\n";
  const auto patched = ask("PATCH", "/api/v1/auth/me", cookie + match, R"({"name":" Sam S. ","given_name":"Sam"})");
  ASSERT_EQ(patched.status, 200) << patched.body;
  EXPECT_EQ(data(patched)["user"]["name"], "Sam S.");
  EXPECT_EQ(data(patched)["user"]["given_name"], "Sam");
  EXPECT_EQ(data(patched)["user"]["family_name"], nullptr);
  EXPECT_EQ(ask("PATCH", "/api/v1/auth/me", cookie + match, R"({"name":"Late"})").status, 412);
  EXPECT_EQ(data(ask("PATCH", "/api/v1/auth/me", cookie, R"({"given_name":null})"))["user"]["given_name"], nullptr);
  EXPECT_EQ(field(ask("PATCH", "/api/v1/auth/me", cookie, R"({"name":""})")), "name");
  EXPECT_EQ(field(ask("PATCH", "/api/v1/auth/me", cookie, R"({"email":"x@y.example"})")), "email");
}

}  // namespace
}  // namespace rapt::api
