// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/scram.hpp"

#include <gtest/gtest.h>

#include "rapt/security/crypto.hpp"

namespace rapt::security {
namespace {

// The exchange of RFC 7677, section 3: user "user", password "pencil".
TEST(Scram, MakesWhatPostgresqlKeeps) {
  const auto salt = from_base64url("W22ZaJ0SNY7soEsUEjb6gQ");
  ASSERT_TRUE(salt);
  EXPECT_EQ(scram_verifier("pencil", *salt),
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
            "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  EXPECT_NE(scram_verifier("Pencil", *salt), scram_verifier("pencil", *salt));
}

}  // namespace
}  // namespace rapt::security
