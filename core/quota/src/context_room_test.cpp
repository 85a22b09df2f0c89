// SPDX-License-Identifier: AGPL-3.0-or-later
#include "context_room.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace rapt::quota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What fit() adds for the gateway.
constexpr std::int64_t kFraming = 64;

class ContextRoom : public ::testing::Test {
 protected:
  Catalog catalog{.models = {{"small", {.active = true, .max_context_tokens = 4096}},
                             {"tiny", {.active = true, .max_context_tokens = 2048}},
                             {"open", {.active = true}}}};
  Result<Fitted> fit_into(const std::string& model, std::int64_t needed, std::vector<std::int64_t> earlier,
                          std::optional<std::int64_t> bound = {}, std::vector<std::string> fallbacks = {}) {
    Ask ask;
    ask.input_tokens = needed;
    ask.earlier_tokens = std::move(earlier);
    chosen = {.model = model, .fallbacks = std::move(fallbacks)};
    return fit(ask, chosen, catalog, bound);
  }
  Chosen chosen;
};

TEST_F(ContextRoom, LeavesTheOldestOutUntilTheRestAndTheAnswerFit) {
  const auto fitted = fit_into("small", 1000, {900, 900, 900});
  ASSERT_TRUE(fitted) << fitted.error().message;
  EXPECT_EQ(fitted->left_out, 1U) << "4096 less 1024 for the answer";
  EXPECT_EQ(fitted->input_tokens, 1000 + 1800 + kFraming);
  EXPECT_EQ(fitted->room, 4096 - fitted->input_tokens);
  EXPECT_EQ(fit_into("small", 1000, {900, 900, 900}, 300)->left_out, 0U) << "a shorter answer needs less room";
  EXPECT_EQ(fit_into("small", 1000, {900, 900, 900}, 4000)->left_out, 2U) << "an answer keeps half of it at most";
}

TEST_F(ContextRoom, LeavesNothingOutWhereNoContextIsKnown) {
  const auto fitted = fit_into("open", 1'000'000, {900'000, 900'000});
  ASSERT_TRUE(fitted);
  EXPECT_EQ(fitted->left_out, 0U);
  EXPECT_EQ(fitted->room, std::nullopt);
  EXPECT_EQ(fit_into("not in the catalog", 1'000'000, {})->left_out, 0U);
}

TEST_F(ContextRoom, SaysWhatIsTooLongForWhichModel) {
  EXPECT_TRUE(fit_into("small", 3072 - kFraming, {5000}));
  const auto refused = fit_into("small", 3072 - kFraming + 1, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "AI_CONTEXT_TOO_LONG");
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnprocessable);
  EXPECT_THAT(refused.error().message,
              ::testing::AllOf(HasSubstr("\"small\""), HasSubstr("3073 tokens"), HasSubstr("read 3072")));
}

TEST_F(ContextRoom, AsksNoFallbackThatCouldNotReadIt) {
  auto fitted = fit_into("small", 1000, {900}, {}, {"tiny", "open"});
  EXPECT_THAT(chosen.fallbacks, ElementsAre("open"));
  EXPECT_EQ(fitted->room, 4096 - 1900 - kFraming);
  fitted = fit_into("open", 900, {}, {}, {"tiny"});
  EXPECT_THAT(chosen.fallbacks, ElementsAre("tiny"));
  EXPECT_EQ(fitted->room, 2048 - 900 - kFraming) << "the answer has to fit whoever gives it";
}

/// Whatever the figures: what is sent fits with an answer, and one exchange more would not.
TEST_F(ContextRoom, SendsAsMuchAsFitsAndNoMore) {
  std::mt19937 random(20260112);
  const auto upto = [&](int most) { return std::uniform_int_distribution<std::int64_t>(0, most)(random); };
  int cut = 0, refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto context = 1 + upto(9000);
    catalog.models["small"].max_context_tokens = context;
    std::vector<std::int64_t> earlier(static_cast<std::size_t>(upto(12)));
    for (auto& tokens : earlier) tokens = upto(1500);
    const auto bound = upto(3) == 0 ? std::optional<std::int64_t>{} : 1 + upto(5000);
    const auto most = context - std::min(bound.value_or(kUsualOutput), context / 2);
    const auto needed = upto(4000);
    const auto fitted = fit_into("small", needed, earlier, bound);
    ASSERT_EQ(fitted.has_value(), needed + kFraming <= most);
    refused += fitted ? 0 : 1;
    if (!fitted) continue;
    const auto first = earlier.begin() + static_cast<std::ptrdiff_t>(fitted->left_out);
    const auto sent = std::accumulate(first, earlier.end(), needed + kFraming);
    ASSERT_EQ(fitted->input_tokens, sent);
    ASSERT_LE(sent, most);
    ASSERT_EQ(fitted->room, context - sent);
    ASSERT_GE(*fitted->room, std::min(bound.value_or(kUsualOutput), context / 2));
    if (fitted->left_out == 0) continue;
    ++cut;
    ASSERT_GT(sent + *(first - 1), most) << "one more would have fitted";
  }
  EXPECT_GT(cut, 100);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace rapt::quota
