// SPDX-License-Identifier: AGPL-3.0-or-later
#include "routes.hpp"

#include <gtest/gtest.h>

namespace rapt::api {
namespace {

TEST(Routes, OnlyTheNamedOnesAreOpenToEverybody) {
  std::vector<std::string> open;
  for (const auto& route : routes()) {
    if (route.access == Access::kPublic) open.push_back(std::string(route.method) + " " + route.pattern);
  }
  EXPECT_EQ(open, (std::vector<std::string>{
                      "GET /health", "GET /ready", "GET /metrics", "GET /instance", "GET /openapi.json",
                      "POST /auth/login", "POST /auth/logout", "POST /auth/register", "POST /auth/verify-email",
                      "POST /auth/verify-email/resend", "POST /auth/password-reset",
                      "POST /auth/password-reset/confirm", "GET /auth/providers", "POST /auth/providers/lookup",
                      "GET /auth/:provider", "GET /auth/:provider/callback", "POST /auth/:provider/code"}));
}

}  // namespace
}  // namespace rapt::api
