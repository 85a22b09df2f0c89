// SPDX-License-Identifier: AGPL-3.0-or-later
#include "account_site.hpp"
#include "rapt/security/totp.hpp"

namespace rapt::api {
namespace {

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
