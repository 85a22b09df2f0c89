// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/hmac.hpp"

#include <gtest/gtest.h>

#include "rapt/security/crypto.hpp"

namespace rapt::security {
namespace {

TEST(Hmac, IsThatOfTheStandards) {
  // RFC 4231, cases 1, 2 and 6; RFC 2202, cases 1 and 2.
  EXPECT_EQ(to_hex(hmac(HmacAlgorithm::kSha256, std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac(HmacAlgorithm::kSha256, "Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac(HmacAlgorithm::kSha256, std::string(131, '\xaa'),
                        "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(to_hex(hmac(HmacAlgorithm::kSha1, std::string(20, '\x0b'), "Hi There")),
            "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(to_hex(hmac(HmacAlgorithm::kSha1, "Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

}  // namespace
}  // namespace rapt::security
