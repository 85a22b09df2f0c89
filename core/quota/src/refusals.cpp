// SPDX-License-Identifier: AGPL-3.0-or-later
#include "refusals.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "rapt/base/text.hpp"

namespace rapt::quota {
namespace {

constexpr std::array kOf{"minute", "hour", "day"};
/// How soon it is worth trying again while others hold the rest of a budget.
constexpr int kPassingSeconds = 15;

int seconds_until(TimePoint when, TimePoint now) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(when - now).count();
  return static_cast<int>(std::clamp<long long>(left, 1, 32LL * 86400));
}

std::string in_words(int seconds) {
  const auto many = [](int count, const char* unit) {
    return std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
  };
  if (seconds < 120) return many(seconds, "second");
  if (seconds < 7200) return many((seconds + 59) / 60, "minute");
  return many((seconds + 3599) / 3600, "hour");
}

std::string everybody_of(const std::string& place) {
  return place.empty() ? "Everybody here together has" : "Everybody in " + place + " together has";
}

Error refused(const char* code, std::string message, int seconds) {
  Error error;
  error.kind = ErrorKind::kRateLimited;
  error.code = code;
  error.message = std::move(message);
  error.retry_after_seconds = seconds;
  return error;
}

std::string budget_of(const Budget& budget) {
  return budget.place.empty() ? "The AI budget of this installation" : "The AI budget of " + budget.place;
}

std::string zone_of(const Budget& budget, const Policy& policy) {
  for (const auto& level : policy.levels) {
    if (level.settings_id == budget.settings_id) return level.time_zone;
  }
  return "UTC";
}

}  // namespace

Error limit_reached(const Counter& counter, TimePoint now) {
  const int seconds = seconds_until(counter.ends, now);
  const auto who = counter.of_person() ? std::string("You have") : everybody_of(counter.place);
  return refused("AI_LIMIT_REACHED",
                 who + " asked the AI as often as is allowed in one " + kOf[counter.window] + " (" +
                     std::to_string(counter.limit) + "). Please try again in " + in_words(seconds) + ".",
                 seconds);
}

Error budget_exhausted(const Reserved& reserved, const Policy& policy, TimePoint now) {
  const auto& budget = *reserved.refused;
  if (reserved.passing)
    return refused("AI_BUDGET_EXHAUSTED",
                   budget_of(budget) +
                       " is almost used, and others are waiting for answers just now. Please try again in a moment.",
                   std::min(kPassingSeconds, seconds_until(budget.ends, now)));
  return refused("AI_BUDGET_EXHAUSTED",
                 budget_of(budget) + " for this " + budget.period +
                     " does not suffice for another answer. It begins anew on " + budget.begins_anew + " (" +
                     zone_of(budget, policy) + ").",
                 seconds_until(budget.ends, now));
}

Error context_too_long(const std::string& model, std::int64_t tokens, std::int64_t most) {
  Error error;
  error.kind = ErrorKind::kUnprocessable;
  error.code = "AI_CONTEXT_TOO_LONG";
  error.message = "This is too long for the AI model \"" + printable(model) +
                  "\": with the tool's instructions it is up to " + std::to_string(tokens) +
                  " tokens, and the model can read " + std::to_string(most) +
                  " beside its answer. Shorten it, or send it in parts.";
  return error;
}

std::string limit_notice(const Counter& counter, long long used, double soft_limit) {
  if (counter.limit < 2 || static_cast<double>(used) < soft_limit * static_cast<double>(counter.limit)) return "";
  const auto who = counter.of_person() ? std::string("You have") : everybody_of(counter.place);
  return who + " used " + std::to_string(used) + " of " + std::to_string(counter.limit) + " requests of this " +
         kOf[counter.window] + ".";
}

std::string budget_notice(const Reserved& reserved, double soft_limit) {
  if (reserved.fullest == nullptr || reserved.share < soft_limit) return "";
  return budget_of(*reserved.fullest) + " for this " + reserved.fullest->period + " is almost used.";
}

}  // namespace rapt::quota
