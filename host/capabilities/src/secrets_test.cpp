// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_scope.hpp"

namespace rapt::host {
namespace {

using sandbox::SecretsMethod;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kMac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

/// A module with two secrets, of which "key" is set for one group alone.
class SecretsService : public ::testing::Test {
 protected:
  ServiceAnswer call(SecretsMethod method, const std::string& json, const char* group = kTestGroup) {
    auto request = service_request(sandbox::Service::kSecrets, method, {json}, {});
    request.scope.group_id = group;
    SecretsCapability secrets(
        [this](std::string, ServiceScope about) -> Task<Result<std::map<std::string, bool>>> {
          if (away) co_return Error::unavailable("database", "away", "the password is hunter2");
          std::map<std::string, bool> names{{"key", about.group_id == kTestGroup}, {"token", false}};
          co_return names;
        },
        [this](std::string module, std::string name, ServiceScope about) -> Task<Result<std::optional<std::string>>> {
          if (away) co_return Error::unavailable("database", "away", "the password is hunter2");
          const bool set = module == "sample" && name == "key" && about.group_id == kTestGroup;
          co_return set ? std::optional<std::string>("Jefe") : std::nullopt;
        });
    return runtime::run_blocking(secrets.call(std::move(request)));
  }
  ServiceAnswer verify(const std::string& signature) {
    return call(SecretsMethod::kVerify,
                R"({"name":"key","algorithm":"hmac-sha256","data":"what do ya want for nothing?","signature":")" +
                    signature + "\"}");
  }
  bool away = false;
};

TEST_F(SecretsService, ListsNamesForWhomTheCallIsAbout) {
  EXPECT_EQ(*call(SecretsMethod::kList, "{}").texts.at(0), R"({"names":{"key":true,"token":false}})");
  EXPECT_EQ(*call(SecretsMethod::kList, "{}", "").texts.at(0), R"({"names":{"key":false,"token":false}})");
}

TEST_F(SecretsService, SignsAndNeverShows) {
  const auto done =
      call(SecretsMethod::kSign, R"({"name":"key","algorithm":"hmac-sha256","data":"what do ya want for nothing?"})");
  ASSERT_EQ(done.status, RAPT_OK);
  EXPECT_EQ(*done.texts.at(0),
            std::string(R"({"base64":"W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=","hex":")") + kMac + "\"}");
  const auto older =
      call(SecretsMethod::kSign, R"({"name":"key","algorithm":"hmac-sha1","data":"what do ya want for nothing?"})");
  EXPECT_THAT(*older.texts.at(0), HasSubstr("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
  EXPECT_EQ(call(SecretsMethod::kSign, R"({"name":"key","algorithm":"hmac-sha256","data":""})").status, RAPT_OK);
}

TEST_F(SecretsService, VerifiesHexAndBase64) {
  EXPECT_EQ(*verify(kMac).texts.at(0), R"({"valid":true})");
  EXPECT_EQ(*verify("5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843").texts.at(0),
            R"({"valid":true})");
  EXPECT_EQ(*verify("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=").texts.at(0), R"({"valid":true})");
  for (const std::string wrong : {"6bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "5bdc", "x",
                                  "w9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="})
    EXPECT_EQ(*verify(wrong).texts.at(0), R"({"valid":false})") << wrong;
}

TEST_F(SecretsService, NamesASecretThatIsNotSet) {
  const std::string asked = R"({"name":"token","algorithm":"hmac-sha256","data":"x"})";
  const auto unset = call(SecretsMethod::kSign, asked);
  EXPECT_EQ(unset.status, RAPT_E_INVALID);
  EXPECT_EQ(*unset.texts.at(0), R"({"field":"name","message":"The secret \"token\" is not set here."})");
  const auto elsewhere = call(SecretsMethod::kSign, R"({"name":"key","algorithm":"hmac-sha256","data":"x"})", "");
  EXPECT_EQ(elsewhere.status, RAPT_E_INVALID) << "it is set for another group";
}

TEST_F(SecretsService, SaysThatItCannotReadAndNotWhy) {
  away = true;
  for (const auto& answer : {call(SecretsMethod::kList, "{}"),
                             call(SecretsMethod::kSign, R"({"name":"key","algorithm":"hmac-sha256","data":"x"})")}) {
    EXPECT_EQ(answer.status, RAPT_E_UNAVAILABLE);
    EXPECT_THAT(*answer.texts.at(0), Not(HasSubstr("hunter2")));
  }
}

TEST_F(SecretsService, RefusesWhatIsNoRequest) {
  for (const char* hostile :
       {"", "[]", "{", "null", R"({"name":"key"})", R"({"name":1,"algorithm":"hmac-sha256","data":"x"})",
        R"({"name":"","algorithm":"hmac-sha256","data":"x"})", R"({"name":"key","algorithm":"md5","data":"x"})",
        R"({"name":"key","algorithm":"hmac-sha256"})", R"({"name":"key","algorithm":"hmac-sha256","data":{}})",
        R"({"name":"key","algorithm":"hmac-sha256","data":"x","more":1})",
        R"({"name":"key","algorithm":"hmac-sha256","data":"x","signature":"y"})", R"([[[[{}]]]])"}) {
    const auto answer = call(SecretsMethod::kSign, hostile);
    EXPECT_EQ(answer.status, RAPT_E_INVALID) << hostile;
    EXPECT_THAT(*answer.texts.at(0), HasSubstr("message")) << hostile;
  }
  EXPECT_EQ(call(SecretsMethod::kList, R"({"all":true})").status, RAPT_E_INVALID);
  EXPECT_EQ(call(SecretsMethod::kVerify, R"({"name":"key","algorithm":"hmac-sha256","data":"x"})").status,
            RAPT_E_INVALID);
  const std::string large(513u << 10, 'x');
  EXPECT_EQ(call(SecretsMethod::kSign, R"({"name":"key","algorithm":"hmac-sha256","data":")" + large + "\"}").status,
            RAPT_E_TOO_LARGE);
  EXPECT_EQ(call(static_cast<SecretsMethod>(9), "{}").status, RAPT_E_INVALID);
}

}  // namespace
}  // namespace rapt::host
