// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/totp.hpp"

#include <gtest/gtest.h>

namespace rapt::security {
namespace {

const std::string kSecret = "12345678901234567890";  // of RFC 6238, appendix B

TimePoint at(std::int64_t seconds) {
  return TimePoint(std::chrono::seconds(seconds));
}

TEST(Totp, MakesTheCodesOfTheStandard) {
  // The last six of the eight digits that the appendix lists for SHA-1.
  EXPECT_EQ(totp_code(kSecret, at(59)), "287082");
  EXPECT_EQ(totp_code(kSecret, at(1111111109)), "081804");
  EXPECT_EQ(totp_code(kSecret, at(1234567890)), "005924");
  EXPECT_EQ(totp_code(kSecret, at(20000000000)), "353130");
}

TEST(Totp, TakesTheStepBeforeAndAfterAndNoOther) {
  const std::int64_t step = 1234567890 / 30;
  for (int off = -2; off <= 2; ++off) {
    const auto code = totp_code(kSecret, at((step + off) * 30));
    const auto found = totp_step(kSecret, at(1234567890), code);
    EXPECT_EQ(found.has_value(), off >= -1 && off <= 1) << off;
    if (found) {
      EXPECT_EQ(*found, step + off);
    }
  }
}

TEST(Totp, TakesNothingElse) {
  for (const std::string code : {"", "28708", "2870820", "287 082", "abcdef", "-87082"}) {
    EXPECT_FALSE(totp_step(kSecret, at(59), code)) << code;
  }
  EXPECT_TRUE(totp_step(kSecret, at(0), totp_code(kSecret, at(0)))) << "the step before the first is not there";
}

TEST(Totp, TellsTheAppEverything) {
  EXPECT_EQ(totp_secret_text(kSecret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  EXPECT_EQ(totp_secret_text("f"), "MY");
  EXPECT_EQ(otpauth_uri(kSecret, "Our School", "a+b@x.example&secret=1"),
            "otpauth://totp/Our%20School:a%2Bb@x.example%26secret%3D1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            "&issuer=Our%20School&algorithm=SHA1&digits=6&period=30");
  EXPECT_EQ(new_totp_secret().size(), 20u);
  EXPECT_NE(new_totp_secret(), new_totp_secret());
}

}  // namespace
}  // namespace rapt::security
