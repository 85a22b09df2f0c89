// SPDX-License-Identifier: AGPL-3.0-or-later
// What `rapt check` asks of routes, jobs, events, panels and exports.
#include <algorithm>

#include "asks_for.hpp"
#include "checker.hpp"
#include "contexts.hpp"
#include "rapt/author/call_run.hpp"
#include "strangers.hpp"

namespace rapt::author {

using hooks::Answer;
using hooks::Point;

namespace {

constexpr std::size_t kHugeInput = std::size_t{60} << 10;  // fits into the body and payload that a host takes
constexpr int kRandomCalls = 200;
constexpr std::size_t kAroundText = 32;  // {"text": …}

}  // namespace

std::vector<CallCase> Checker::calls_to_try() const {
  auto all = order_.calls_to_ask;
  for (auto& ordinary : ordinary_calls(subject_.bundle.manifest, SystemClock().now())) {
    const bool told = std::any_of(all.begin(), all.end(), [&](const auto& own) {
      return own.point == ordinary.point && own.what == ordinary.what;
    });
    if (!told) all.push_back(std::move(ordinary));
  }
  if (asks_for(subject_.bundle.manifest, "auth-provider")) all.push_back(ordinary_login(order_.config_json));
  return all;
}

Checker::Finding Checker::answers_call(const CallCase& what, const Workbench::Settings& settings, bool may_fail) {
  for (int tries = 1;; ++tries) {
    auto bench = Workbench::open(subject_, settings);
    if (!bench && bench.error().kind == ErrorKind::kForbidden && may_fail)
      return {Kind::kHolds, "it is not started: " + bench.error().message};
    if (!bench) return {Kind::kBroken, bench.error().message};
    const auto run = run_call_on(**bench, what);
    const auto kind = run.asked.answer.kind;
    if (kind == Answer::Kind::kLate && tries < kTries) continue;
    const bool honest = may_fail && kind == Answer::Kind::kError;
    if (!run.fault.empty() && !honest) return {Kind::kBroken, run.fault, run.memory_kib};
    return {Kind::kHolds, honest ? "it says that it could not" : "answered", run.memory_kib};
  }
}

void Checker::check_calls() {
  for (const auto& what : calls_to_try()) {
    const auto which = std::string(hooks::name(what.point)) + " " + what.what;
    note("answers", which, [&] { return answers_call(what, order_.settings, false); });
    if (report_.results.back().kind == Kind::kBroken) continue;
    const auto settings = order_.settings;
    note("odd UTF-8", which, [&] { return answers_call(with_text(what, odd_text()), settings, true); });
    const auto huge = most_body(what) - std::min(most_body(what), kAroundText);
    note("huge texts", which, [&] { return answers_call(with_text(what, std::string(huge, 'x')), settings, true); });
    note("random calls", which, [&] { return bears_random_calls(what); });
    if (!asks_its_host()) continue;
    for (const auto way : kAwkwardWays) {
      note(std::string(name(way)), which, [&] {
        AwkwardHost host(way);
        return answers_call(what, {settings.runner, &host}, true);
      });
    }
    note("keeps its memory", which, [&] { return keeps_memory_of(what); });
  }
}

/// Less where a route's manifest says less: the host refuses what is longer.
std::size_t Checker::most_body(const CallCase& what) const {
  for (const auto& route : subject_.bundle.manifest.routes) {
    const bool is_it = what.point == Point::kRoute && what.what == route.method + " " + route.path;
    if (is_it && route.method != "GET" && route.method != "DELETE")
      return std::min(kHugeInput, static_cast<std::size_t>(route.body_bytes));
  }
  return kHugeInput;
}

/// One process for all of them: what one call leaves behind must not harm the next.
Checker::Finding Checker::bears_random_calls(const CallCase& what) {
  std::mt19937_64 random(order_.seed);
  auto bench = Workbench::open(subject_, order_.settings);
  if (!bench) return {Kind::kBroken, bench.error().message};
  for (int i = 0; i < kRandomCalls; ++i) {
    const auto asked = at_random(what, most_body(what), random);
    const auto run = run_call_on(**bench, asked);
    const auto kind = run.asked.answer.kind;
    const auto which = "call " + std::to_string(i + 1) + ": ";
    if (kind == Answer::Kind::kLate) {  // the machine may have been busy: other processes decide
      auto again = answers_call(asked, order_.settings, true);
      if (again.kind == Kind::kBroken) return {Kind::kBroken, which + again.detail};
      bench = Workbench::open(subject_, order_.settings);
      if (!bench) return {Kind::kBroken, bench.error().message};
    } else if (!run.fault.empty() && kind != Answer::Kind::kError) {
      return {Kind::kBroken, which + run.fault};
    }
  }
  return {Kind::kHolds, std::to_string(kRandomCalls) + " of them", (*bench)->memory_kib()};
}

/// Fewer calls than of a hook: each is worth more, and an export is asked for all of its pieces.
Checker::Finding Checker::keeps_memory_of(const CallCase& what) {
  constexpr std::size_t kGrowthKib = 256;
  const auto bench = Workbench::open(subject_, order_.settings);
  if (!bench) return {Kind::kBroken, bench.error().message};
  const auto end = std::chrono::steady_clock::now() + order_.patience / 4;
  const auto most = std::max<std::size_t>(order_.calls / 10, 20);
  std::optional<std::size_t> before, after;
  std::size_t asked = 0;
  for (; asked < most && (asked < 20 || std::chrono::steady_clock::now() < end); ++asked) {
    const auto run = run_call_on(**bench, what);
    const auto kind = run.asked.answer.kind;
    if (!run.fault.empty() && kind != Answer::Kind::kError)
      return {Kind::kBroken, "call " + std::to_string(asked + 1) + ": " + run.fault, {}, kind == Answer::Kind::kLate};
    if (asked == most / 10) before = run.memory_kib;
    after = run.memory_kib;
  }
  if (!before || !after) return {Kind::kSkipped, "its memory could not be seen"};
  const auto told =
      std::to_string(asked) + " calls, " + std::to_string(*before) + " to " + std::to_string(*after) + " KiB";
  if (*after > *before + kGrowthKib)
    return {Kind::kBroken, "it grows: " + told + ". What a call allocates, it has to free."};
  return {Kind::kHolds, told, after};
}

}  // namespace rapt::author
