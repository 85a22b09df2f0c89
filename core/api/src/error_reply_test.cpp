// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/error_reply.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace rapt::api {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ErrorReply, HidesWhatIsOursToKnow) {
  Error error = Error::internal("password_hash of user 7 is broken");
  error.message = "column \"x\" does not exist";
  const auto reply = error_reply(error, "req-1");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, Not(HasSubstr("password_hash")));
  EXPECT_THAT(reply.body, Not(HasSubstr("column")));
  EXPECT_EQ(json::parse(reply.body)["details"]["request_id"], "req-1");
}

TEST(ErrorReply, NamesModuleAndReasonOfABlock) {
  Error error;
  error.kind = ErrorKind::kBlocked;
  error.part = "safety-filter";
  error.message = "Please say that differently.";
  const auto reply = error_reply(error, "r");
  const auto body = json::parse(reply.body);
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(body["code"], "BLOCKED_BY_MODULE");
  EXPECT_EQ(body["details"]["module"], "safety-filter");
  EXPECT_EQ(body["details"]["reason"], "Please say that differently.");
}

TEST(ErrorReply, CarriesFieldsAndWaitingTime) {
  auto invalid = json::parse(error_reply(Error::invalid("content", "is required"), "r").body);
  EXPECT_EQ(invalid["details"]["fields"][0]["path"], "content");
  Error late;
  late.kind = ErrorKind::kRateLimited;
  late.message = "Too often.";
  late.retry_after_seconds = 7;
  const auto reply = error_reply(late, "r");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers.get("Retry-After"), "7");
}

TEST(ErrorReply, OnlyTheLimitOfRequestsTellsItsNumbers) {
  const Quota quota{.limit = 600, .used = 601, .resets_at = *parse_time("2026-03-01T08:01:00Z")};
  Error error;
  error.kind = ErrorKind::kRateLimited;
  error.retry_after_seconds = 7;
  EXPECT_EQ(nlohmann::json::parse(error_reply(error, "r", &quota).body)["details"]["limit"], 600);
  error.code = "AI_LIMIT_REACHED";
  const auto details = nlohmann::json::parse(error_reply(error, "r", &quota).body)["details"];
  EXPECT_EQ(details, (nlohmann::json{{"retry_after", 7}}));
}

TEST(ErrorReply, SpecialCodesHaveTheirOwnStatus) {
  Error error;
  error.kind = ErrorKind::kUnsupported;
  error.code = "METHOD_NOT_ALLOWED";
  EXPECT_EQ(status_of(error), 405);
  error.kind = ErrorKind::kRateLimited;
  error.code = "AI_RATE_LIMITED";
  EXPECT_EQ(status_of(error), 503);
  error.kind = ErrorKind::kUpstream;
  error.code = "AI_INVALID_RESPONSE";
  EXPECT_EQ(status_of(error), 502);
}

}  // namespace
}  // namespace rapt::api
