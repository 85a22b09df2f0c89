// SPDX-License-Identifier: AGPL-3.0-or-later
#include "account_site.hpp"

namespace rapt::api {
namespace {

TEST_F(Accounts, RegistersBehindAProvenAddress) {
  const json kim_body{{"email", " " + kim}, {"name", "Kim"}, {"password", kNewPassword}};
  const auto asked = post("register", kim_body);
  ASSERT_EQ(asked.status, 202) << asked.body;
  EXPECT_EQ(data(asked), json({{"status", "check_mail"}}));
  EXPECT_EQ(code(log_in(kim, kNewPassword)), "INVALID_CREDENTIALS") << "not before the address is proven";
  const auto token = token_for(kim);
  EXPECT_THAT(mails(kim).back(), HasSubstr("http://site.example/verify-email#token=" + token));
  EXPECT_EQ(count("email_verifications WHERE position('" + token + "' IN row_to_json(email_verifications)::text) > 0"),
            0);
  EXPECT_EQ(post("verify-email", {{"token", token}}).status, 204);
  const auto again = post("verify-email", {{"token", token}});
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(code(again), "TOKEN_INVALID");
  const auto home = log_in(kim, kNewPassword);
  ASSERT_EQ(home.status, 200) << home.body;
  EXPECT_EQ(data(home)["status"], "active");
  EXPECT_EQ(data(home)["email_verified"], true);
  EXPECT_EQ(data(home)["totp_enabled"], false);
  EXPECT_TRUE(data(home)["roles"].empty());
}

TEST_F(Accounts, TellsNobodyWhoIsRegistered) {
  const auto before = passwords.work();
  const auto unknown = post("register", {{"email", kim}, {"name", "Kim"}, {"password", kNewPassword}});
  const auto between = passwords.work();
  const auto jobs = count("jobs"), mails_before = count("outgoing_mails");
  const auto known = post("register", {{"email", sam}, {"name", "Kim"}, {"password", kNewPassword}});
  const auto after = passwords.work();
  EXPECT_EQ(known.status, 202);
  EXPECT_EQ(unknown.body, known.body);
  EXPECT_EQ(between.hashes - before.hashes, 1);
  EXPECT_EQ(after.hashes - between.hashes, 1);
  EXPECT_EQ(after.checks - between.checks, between.checks - before.checks);
  EXPECT_EQ(jobs, 1);
  EXPECT_EQ(count("jobs"), 2);
  EXPECT_EQ(count("outgoing_mails") - mails_before, mails_before);
  EXPECT_THAT(mails(sam).back(), AllOf(HasSubstr("you have an account already"), Not(HasSubstr("#token="))));
  EXPECT_EQ(log_in(sam, "right").status, 200) << "nothing of the account has changed";
}

TEST_F(Accounts, GivesAnAddressToTheOneWhoFollowsTheOwnLink) {
  post("register", {{"email", kim}, {"name", "Mallory"}, {"password", "mallory waits for kim"}});
  post("register", {{"email", kim}, {"name", "Kim"}, {"password", kNewPassword}});
  ASSERT_EQ(post("verify-email", {{"token", token_for(kim)}}).status, 204);
  EXPECT_EQ(log_in(kim, "mallory waits for kim").status, 401);
  const auto home = log_in(kim, kNewPassword);
  ASSERT_EQ(home.status, 200);
  EXPECT_EQ(data(home)["user"]["name"], "Kim");
}

TEST_F(Accounts, DoesNotHandAnInvitedAccountToWhoRegistersItsAddress) {
  scratch->script("UPDATE users SET status = 'pending_verification', password_hash = NULL WHERE email = '" + sam + "'");
  post("register", {{"email", sam}, {"name", "Mallory"}, {"password", kNewPassword}});
  EXPECT_THAT(mails(sam).back(), Not(HasSubstr("#token=")));
}

TEST_F(Accounts, RegistersNobodyWhileThatIsClosed) {
  settings.registration_open = false;
  const auto refused = post("register", {{"email", kim}, {"name", "Kim"}, {"password", kNewPassword}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(code(refused), "REGISTRATION_CLOSED");
  EXPECT_EQ(data(ask("GET", "/api/v1/instance"))["registration"], "closed");
  EXPECT_EQ(count("users"), 2);
}

TEST_F(Accounts, SaysWhatIsWrongWithARegistration) {
  const std::pair<json, std::string> faults[] = {
      {{{"email", "kim"}, {"name", "Kim"}, {"password", kNewPassword}}, "email"},
      {{{"email", "kim@x.example, eve@x.example"}, {"name", "Kim"}, {"password", kNewPassword}}, "email"},
      {{{"email", "kim@x.example\r\nBcc: a@b.example"}, {"name", "Kim"}, {"password", kNewPassword}}, "email"},
      {{{"email", kim}, {"name", "  "}, {"password", kNewPassword}}, "name"},
      {{{"email", kim}, {"name", "Kim\nBcc: x"}, {"password", kNewPassword}}, "name"},
      {{{"email", kim}, {"name", "Kim"}, {"password", "short"}}, "password"},
      {{{"email", kim}, {"name", "Kim"}, {"password", "password1"}}, "password"},
      {{{"email", kim}, {"name", "Kim Possible"}, {"password", "kimpossible"}}, "password"}};
  for (const auto& [body, path] : faults) {
    const auto refused = post("register", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(field(refused), path) << refused.body;
  }
  EXPECT_EQ(count("users"), 2);
  EXPECT_EQ(count("outgoing_mails"), 0);
}

TEST_F(Accounts, MailsTheLinkAgainOnlyToWhoWaitsForIt) {
  post("register", {{"email", kim}, {"name", "Kim"}, {"password", kNewPassword}});
  const auto jobs = count("jobs");
  for (const auto& email : {kim, sam, new_uuid() + "@example.org"}) {
    if (email == sam) scratch->script("UPDATE users SET email_verified_at = now() WHERE email = '" + sam + "'");
    const auto heard = post("verify-email/resend", {{"email", email}});
    EXPECT_EQ(heard.status, 202);
    EXPECT_EQ(data(heard)["status"], "check_mail");
  }
  EXPECT_EQ(count("jobs"), jobs + 3) << "the same work for each";
  EXPECT_TRUE(mails(sam).empty());
  EXPECT_EQ(mails(kim).size(), 2u);
  EXPECT_EQ(post("verify-email", {{"token", token_for(kim)}}).status, 204);
  EXPECT_EQ(log_in(kim, kNewPassword).status, 200) << "with the password of the registration";
}

TEST_F(Accounts, FillsNobodysMailbox) {
  const json registration{{"email", kim}, {"name", "Kim"}, {"password", kNewPassword}};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post("register", registration).status, 202);
  EXPECT_EQ(mails(kim).size(), 5u);
  json shouted = registration;
  shouted["email"] = " " + kim + " ";
  const auto withheld = post("register", shouted);
  EXPECT_EQ(withheld.status, 202);
  EXPECT_EQ(data(withheld), json({{"status", "check_mail"}})) << "as if it had been mailed";
  EXPECT_EQ(mails(kim).size(), 5u);
  shouted["password"] = "password";
  EXPECT_EQ(field(post("register", shouted)), "password") << "what is wrong is still told";
  EXPECT_EQ(post("verify-email", {{"token", token_for(kim)}}).status, 204) << "the newest letter counts";
  for (int i = 0; i < 7; ++i) EXPECT_EQ(post("password-reset", {{"email", kim}}).status, 202);
  EXPECT_EQ(mails(kim).size(), 10u) << "each kind has its own limit";
  for (int i = 0; i < 7; ++i) EXPECT_EQ(post("password-reset", {{"email", "nobody-" + kim}}).status, 202);
  EXPECT_EQ(post("password-reset", {{"email", sam}}).status, 202);
  EXPECT_EQ(mails(sam).size(), 1u) << "others have theirs";
  clock.move(std::chrono::hours(1));
  EXPECT_EQ(post("password-reset", {{"email", kim}}).status, 202);
  EXPECT_EQ(mails(kim).size(), 11u);
}

TEST_F(Accounts, ForgetsOldLinks) {
  post("register", {{"email", kim}, {"name", "Kim"}, {"password", kNewPassword}});
  post("password-reset", {{"email", sam}});
  const auto reset = token_for(sam), verify = token_for(kim);
  clock.move(std::chrono::hours(1));
  EXPECT_EQ(code(post("password-reset/confirm", {{"token", reset}, {"password", kNewPassword}})), "TOKEN_INVALID");
  clock.move(std::chrono::hours(47));
  EXPECT_EQ(code(post("verify-email", {{"token", verify}})), "TOKEN_INVALID");
}

}  // namespace
}  // namespace rapt::api
