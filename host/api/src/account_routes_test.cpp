// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "rapt/security/crypto.hpp"
#include "rapt/security/totp.hpp"
#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kNewPassword = "violet tractors hum softly";

class Accounts : public Site {
 protected:
  Accounts() { settings.registration_open = true; }

  Heard post(const std::string& path, const json& body, const std::string& cookie = "") {
    return ask("POST", "/api/v1/auth/" + path, cookie, body.dump());
  }
  Heard me(const std::string& cookie) { return ask("GET", "/api/v1/auth/me", cookie); }
  static std::string code(const Heard& heard) { return json::parse(heard.body).value("code", ""); }
  static std::string field(const Heard& heard) {
    return json::parse(heard.body)["details"]["fields"][0].value("path", "");
  }
  static json data(const Heard& heard) { return json::parse(heard.body).at("data"); }
  static std::string cookie_in(const Heard& heard) {
    const auto start = heard.head.find("rapt_session=");
    if (start == std::string::npos) throw std::runtime_error("no cookie: " + heard.head + heard.body);
    return "Cookie: " + heard.head.substr(start, heard.head.find(';', start) - start) + "\r\n";
  }

  /// The texts of the mails to somebody, the latest last.
  std::vector<std::string> mails(const std::string& to) {
    const auto rows = runtime::run_blocking(
        (**scratch).query({"mails",
                           "SELECT id, sealed_body FROM outgoing_mails WHERE recipient = $1 AND sealed_body IS "
                           "NOT NULL ORDER BY created_at, id"},
                          store::params(to)));
    std::vector<std::string> out;
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const auto row = (*rows)[i];
      out.push_back(*box.open(row.text("sealed_body"), "mail:" + row.text("id")));
    }
    return out;
  }
  /// The token of the last link that was mailed to somebody.
  std::string token_for(const std::string& to) {
    const auto all = mails(to);
    if (all.empty()) throw std::runtime_error("no mail");
    const auto at = all.back().find("#token=");
    if (at == std::string::npos) throw std::runtime_error("no link: " + all.back());
    return all.back().substr(at + 7, 43);
  }
  std::int64_t count(const std::string& what) {
    const std::string sql = "SELECT count(*) AS n FROM " + what;  // a statement is prepared once under its name
    const std::string name = "count_" + security::hex(security::sha256(sql)).substr(0, 16);
    const auto rows = runtime::run_blocking((**scratch).query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().log_detail);
    return (*rows)[0].integer("n");
  }
  Heard log_in_with(const std::string& email, json more) {
    more["email"] = email;
    more["password"] = "right";
    return post("login", more);
  }

  const std::string kim = new_uuid() + "@example.org";
};

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

TEST_F(Accounts, ForgetsOldLinks) {
  post("register", {{"email", kim}, {"name", "Kim"}, {"password", kNewPassword}});
  post("password-reset", {{"email", sam}});
  const auto reset = token_for(sam), verify = token_for(kim);
  clock.move(std::chrono::hours(1));
  EXPECT_EQ(code(post("password-reset/confirm", {{"token", reset}, {"password", kNewPassword}})), "TOKEN_INVALID");
  clock.move(std::chrono::hours(47));
  EXPECT_EQ(code(post("verify-email", {{"token", verify}})), "TOKEN_INVALID");
}

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

TEST_F(Accounts, ListsAndEndsTheOwnLogins) {
  const auto here = cookie_of(sam), there = cookie_of(sam), other = cookie_of(ada);
  const auto list = data(ask("GET", "/api/v1/auth/sessions", here));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["ip_address"], "127.0.0.1");
  EXPECT_EQ(list[0]["provider"], nullptr);
  const auto& elsewhere = list[0]["current"] == true ? list[1] : list[0];
  EXPECT_EQ(elsewhere["current"], false);
  const std::string path = "/api/v1/auth/sessions/" + elsewhere["id"].get<std::string>();
  EXPECT_EQ(ask("DELETE", path, other).status, 404) << "not somebody else's";
  EXPECT_EQ(me(there).status, 200);
  EXPECT_EQ(ask("DELETE", path, here).status, 204);
  EXPECT_EQ(ask("DELETE", path, here).status, 404);
  EXPECT_EQ(ask("DELETE", "/api/v1/auth/sessions/x", here).status, 404);
  EXPECT_EQ(me(there).status, 401);
  const auto mine = data(ask("GET", "/api/v1/auth/sessions", here));
  ASSERT_EQ(mine.size(), 1u);
  const auto ended = ask("DELETE", "/api/v1/auth/sessions/" + mine[0]["id"].get<std::string>(), here);
  EXPECT_THAT(ended.head, HasSubstr("rapt_session=;"));
  EXPECT_EQ(me(here).status, 401);
}

TEST_F(Accounts, LogsOutEverywhereOrElsewhere) {
  const auto here = cookie_of(sam), there = cookie_of(sam);
  EXPECT_EQ(post("logout-all", {{"keep_current", true}}, here).status, 204);
  EXPECT_EQ(me(here).status, 200);
  EXPECT_EQ(me(there).status, 401);
  EXPECT_EQ(ask("POST", "/api/v1/auth/logout-all", here).status, 204);
  EXPECT_EQ(me(here).status, 401);
}

TEST_F(Accounts, RenewsTheTokenOfALogin) {
  const auto old = cookie_of(sam);
  clock.move(std::chrono::hours(24 * 16));
  const auto heard = ask("POST", "/api/v1/auth/refresh", old);
  ASSERT_EQ(heard.status, 200) << heard.body;
  const auto renewed = cookie_in(heard);
  EXPECT_NE(renewed, old);
  EXPECT_EQ(heard.head.find("rapt_session="), heard.head.rfind("rapt_session=")) << "one cookie, the new one";
  EXPECT_EQ(me(old).status, 401);
  EXPECT_EQ(me(renewed).status, 200);
  EXPECT_EQ(ask("POST", "/api/v1/auth/refresh", old).status, 401);
  EXPECT_EQ(data(ask("GET", "/api/v1/auth/sessions", renewed)).size(), 1u);
}

TEST_F(Accounts, EndsTheLoginThatTheBrowserCameWith) {
  const auto planted = cookie_of(ada);
  const auto fresh = ask("POST", "/api/v1/auth/login", planted, json{{"email", sam}, {"password", "right"}}.dump());
  EXPECT_NE(cookie_in(fresh), planted);
  EXPECT_EQ(me(planted).status, 401);
  EXPECT_EQ(data(me(cookie_in(fresh)))["user"]["email"], sam);
}

TEST_F(Accounts, ForgetsALoginOnASharedDevice) {
  const auto heard = log_in_with(sam, {{"device", "shared"}});
  ASSERT_EQ(heard.status, 200);
  EXPECT_THAT(heard.head, AllOf(HasSubstr("Set-Cookie: rapt_session="), Not(HasSubstr("Max-Age"))));
  auto cookie = cookie_in(heard);
  clock.move(std::chrono::hours(8));
  const auto renewed = ask("POST", "/api/v1/auth/refresh", cookie);
  EXPECT_THAT(renewed.head, Not(HasSubstr("Max-Age")));
  cookie = cookie_in(renewed);
  clock.move(std::chrono::hours(3));
  EXPECT_THAT(me(cookie).head, AllOf(HasSubstr("200"), Not(HasSubstr("Set-Cookie"))));
  clock.move(std::chrono::hours(1));
  EXPECT_EQ(me(cookie).status, 401) << "twelve hours after the login, whatever came between";
  EXPECT_EQ(field(log_in_with(sam, {{"device", "mine"}})), "device");
}

class TwoSteps : public Accounts {
 protected:
  TwoSteps() {
    cookie = cookie_of(sam);
    const auto setup = post("totp", {{"password", "right"}}, cookie);
    if (setup.status != 200) throw std::runtime_error(setup.body);
    const auto sealed = runtime::run_blocking((**scratch).query({"sealed", "SELECT sealed_secret FROM totp_secrets"}));
    secret = *box.open((*sealed)[0].text("sealed_secret"), "totp:" + id(3));
    shown = data(setup);
  }
  std::string now(int steps = 0) { return security::totp_code(secret, clock.now() + std::chrono::seconds(30 * steps)); }
  std::vector<std::string> confirm() {
    const auto heard = post("totp/confirm", {{"code", now(-1)}}, cookie);
    if (heard.status != 200) throw std::runtime_error(heard.body);
    return data(heard)["recovery_codes"];
  }
  Heard log_in_by(const std::string& totp_code) { return log_in_with(sam, {{"totp_code", totp_code}}); }

  std::string cookie, secret;
  json shown;
};

TEST_F(TwoSteps, CountFromTheFirstCodeOn) {
  EXPECT_EQ(shown["secret"], security::totp_secret_text(secret));
  EXPECT_THAT(shown["otpauth_uri"].get<std::string>(), HasSubstr("otpauth://totp/RaptScallions:" + sam + "?secret="));
  EXPECT_EQ(log_in(sam, "right").status, 200);
  const auto wrong = post("totp/confirm", {{"code", "000000"}}, cookie);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(code(wrong), "INVALID_TOTP");
  EXPECT_EQ(confirm().size(), 10u);
  EXPECT_EQ(post("totp/confirm", {{"code", now()}}, cookie).status, 409);
  EXPECT_EQ(post("totp", {{"password", "right"}}, cookie).status, 409);
  EXPECT_EQ(data(me(cookie))["totp_enabled"], true);
  EXPECT_THAT(mails(sam).back(), HasSubstr("takes a code of your authenticator app"));
}

TEST_F(TwoSteps, AskForACodeOnlyAfterTheRightPassword) {
  confirm();
  EXPECT_EQ(code(log_in(sam, "wrong")), "INVALID_CREDENTIALS");
  const auto asked = log_in(sam, "right");
  EXPECT_EQ(asked.status, 401);
  EXPECT_EQ(code(asked), "TOTP_REQUIRED");
  EXPECT_THAT(asked.head, Not(HasSubstr("Set-Cookie")));
  EXPECT_EQ(code(log_in_by("000000")), "INVALID_TOTP");
  EXPECT_EQ(code(log_in_by(now(-1))), "INVALID_TOTP") << "the code that set it up has been used";
  EXPECT_EQ(log_in_by(now()).status, 200);
  EXPECT_EQ(code(log_in_by(now())), "INVALID_TOTP") << "each once";
  EXPECT_EQ(log_in_by(now(1)).status, 200);
}

TEST_F(TwoSteps, TakeEachRecoveryCodeOnce) {
  const auto codes = confirm();
  std::string typed = codes[3];
  for (char& c : typed) c = static_cast<char>(c == '-' ? ' ' : std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(log_in_by(typed).status, 200);
  EXPECT_EQ(code(log_in_by(codes[3])), "INVALID_TOTP");
  EXPECT_EQ(log_in_by(codes[0]).status, 200);
  EXPECT_EQ(count("recovery_codes WHERE used_at IS NULL"), 8);
}

TEST_F(TwoSteps, EndWithThePassword) {
  confirm();
  EXPECT_EQ(code(ask("DELETE", "/api/v1/auth/totp", cookie, R"({"password":"wrong"})")), "WRONG_PASSWORD");
  EXPECT_EQ(ask("DELETE", "/api/v1/auth/totp", cookie, R"({"password":"right"})").status, 204);
  EXPECT_EQ(log_in(sam, "right").status, 200);
  EXPECT_EQ(count("recovery_codes"), 0);
}

TEST_F(TwoSteps, AreTakenOnceWhenTheSameCodeComesAtOnce) {
  confirm();
  const auto one = now();
  std::atomic<int> in{0};
  std::vector<std::thread> guests;
  for (int i = 0; i < 4; ++i) {
    guests.emplace_back([&] {
      if (log_in_by(one).status == 200) ++in;
    });
  }
  for (auto& guest : guests) guest.join();
  EXPECT_EQ(in, 1);
}

}  // namespace
}  // namespace rapt::api
