// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/password_policy.hpp"

#include <gmock/gmock.h>

#include "rapt/base/text.hpp"

namespace rapt::security {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kAda{"Ada Lovelace", "ada.lovelace@school.example"};

TEST(PasswordPolicy, CountsCharactersAndNotBytes) {
  EXPECT_THAT(password_fault("k9#Qx!v", kAda), HasSubstr("at least 8 characters"));
  EXPECT_THAT(password_fault("дёжщзю", kAda), HasSubstr("at least 8 characters"));
  EXPECT_EQ(password_fault("дёжщзюфъ", kAda), "");
  std::string long_one;
  for (int i = 0; i < 128; ++i) long_one += i % 3 == 0 ? "ж7" : "q%";
  EXPECT_EQ(count_code_points(long_one), 256u);
  EXPECT_EQ(password_fault(long_one, kAda), "");
  EXPECT_THAT(password_fault(long_one + "x", kAda), HasSubstr("more than 256 characters"));
}

TEST(PasswordPolicy, RefusesWhatIsGuessedFirst) {
  for (const char* weak : {"password", "P@ssw0rd1", "12345678", "qwertyuiop", "iloveyou123", "summer2026",
                           "aaaaaaaaaaaaaaaa", "abcdefghijkl", "19840523", "raptscallions1"}) {
    EXPECT_THAT(password_fault(weak, kAda), HasSubstr("too easy to guess")) << weak;
  }
}

TEST(PasswordPolicy, TakesPhrasesAndWhatAManagerMakes) {
  for (const char* good : {"correct horse battery staple", "blue kites fly", "kX9w2mQp", "Tr0ub4dour&3 \xe2\x9c\x93"}) {
    EXPECT_EQ(password_fault(good, kAda), "") << good;
  }
}

TEST(PasswordPolicy, RefusesTheNameAndTheAddressOfThePerson) {
  for (const char* own : {"adalovelace1", "AdaLovelace2026", "lovelace99", "ada.lovelace@school.example"}) {
    EXPECT_THAT(password_fault(own, kAda), HasSubstr("too easy to guess")) << own;
  }
  EXPECT_EQ(password_fault("zbigniewkowalczyk", {}), "");
  EXPECT_NE(password_fault("zbigniewkowalczyk", {"Zbigniew Kowalczyk"}), "");
}

TEST(PasswordPolicy, TakesNoTextThatIsNone) {
  EXPECT_EQ(password_fault("\xff\xfe\xff\xfe\xff\xfe\xff\xfe", {}), "must be text");
  EXPECT_EQ(password_fault(std::string("kX9w2mQp\0zz", 11), {}), "must be text");
}

TEST(PasswordPolicy, LooksAtNoMoreThanItNeeds) {
  const std::string trivial_start = std::string(200, 'a') + "kX9w2mQp";
  EXPECT_NE(password_fault(trivial_start, {}), "");
  EXPECT_NE(password_fault("aaaaaaaaaaaa", std::vector<std::string>(5000, std::string(5000, 'x'))), "");
}

}  // namespace
}  // namespace rapt::security
