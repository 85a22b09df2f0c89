// SPDX-License-Identifier: AGPL-3.0-or-later
// What `rapt check` asks at each hook.
#include <algorithm>
#include <sstream>

#include "checker.hpp"
#include "contexts.hpp"

namespace rapt::author {

using hooks::Answer;
using hooks::Point;
using Steady = std::chrono::steady_clock;

namespace {

constexpr int kRandomContexts = 200;
constexpr int kRepeated = 20;
constexpr std::size_t kGrowthKib = 256;

std::string duration_ms(std::chrono::microseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f ms", static_cast<double>(time.count()) / 1000);
  return text;
}

std::string grouped(std::size_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

/// All that counts of an answer, to be compared.
std::string fingerprint(const Answer& answer) {
  std::ostringstream out;
  out << name(answer.kind) << '\0' << answer.text << '\0' << answer.held_bytes;
  for (const auto& instruction : answer.instructions) out << '\0' << instruction;
  for (const auto& finding : answer.extractions) out << '\0' << finding.type << '\0' << finding.data_json;
  return out.str();
}

}  // namespace

hooks::Context as_window(hooks::Context context, Point point, bool last) {
  if (point == Point::kChatOnDelta && !context.stream) context.stream = hooks::Context::Stream{"", 1, last};
  return context;
}

Checker::Finding Checker::answers(Point point, const Workbench::Settings& settings) {
  const auto what = case_of(point);
  Finding found;
  const auto asked =
      ask_fresh(subject_, settings, point, as_window(what.context, point), what.config_json, &found.memory_kib);
  if (!asked) return {Kind::kBroken, asked.error().message};
  found.detail = std::string(name(asked->answer.kind)) + " in " + duration_ms(asked->took);
  if (const auto fault = failure_of(asked->answer); !fault.empty()) return {Kind::kBroken, fault};
  return found;
}

Checker::Finding Checker::bears(Point point, const hooks::Context& context, const std::string& config_json) {
  Finding found;
  const auto asked =
      ask_fresh(subject_, order_.settings, point, as_window(context, point), config_json, &found.memory_kib);
  if (!asked) return {Kind::kBroken, asked.error().message};
  if (!is_answer(*asked)) return {Kind::kBroken, failure_of(asked->answer)};
  found.detail = std::string(name(asked->answer.kind)) + " in " + duration_ms(asked->took);
  return found;
}

Checker::Finding Checker::bears_random(Point point) {
  std::mt19937_64 random(order_.seed);
  const auto config = case_of(point).config_json;
  auto bench = Workbench::open(subject_, order_.settings);
  if (!bench) return {Kind::kBroken, bench.error().message};
  std::chrono::microseconds longest{0};
  for (int i = 0; i < kRandomContexts; ++i) {
    const auto context = as_window(random_context(point, random), point, i % 2 == 0);
    auto asked = (*bench)->ask(point, context, config);
    // The machine may have been busy: another process decides.
    if (asked.answer.kind == Answer::Kind::kLate) {
      auto again = ask_fresh(subject_, order_.settings, point, context, config);
      if (!again) return {Kind::kBroken, again.error().message};
      asked = std::move(*again);
      bench = Workbench::open(subject_, order_.settings);
      if (!bench) return {Kind::kBroken, bench.error().message};
    }
    if (!is_answer(asked)) return {Kind::kBroken, "context " + std::to_string(i + 1) + ": " + failure_of(asked.answer)};
    longest = std::max(longest, asked.took);
  }
  return {Kind::kHolds, std::to_string(kRandomContexts) + " of them, the longest " + duration_ms(longest),
          (*bench)->memory_kib()};
}

Checker::Finding Checker::keeps_memory(Point point) {
  const auto what = case_of(point);
  const auto context = as_window(what.context, point);
  const auto bench = Workbench::open(subject_, order_.settings);
  if (!bench) return {Kind::kBroken, bench.error().message};
  const auto end = Steady::now() + order_.patience;
  const auto warm = std::max<std::size_t>(order_.calls / 10, 1);
  std::vector<std::chrono::microseconds> times;
  std::optional<std::size_t> before;
  for (std::size_t i = 0; i < order_.calls && (i <= warm || Steady::now() < end); ++i) {
    const auto asked = (*bench)->ask(point, context, what.config_json);
    // A process that is replaced would hide what the first one had taken.
    if (!is_answer(asked)) {
      const bool late = asked.answer.kind == Answer::Kind::kLate;
      return {Kind::kBroken, "call " + grouped(i + 1) + ": " + failure_of(asked.answer), {}, late};
    }
    times.push_back(asked.took);
    if (i + 1 == warm) before = (*bench)->memory_kib();
  }
  const auto after = (*bench)->memory_kib();
  if (!before || !after) {
    const auto how = (*bench)->last_end();
    return {Kind::kBroken, "its process ended between two calls" + (how.empty() ? "" : ": " + how)};
  }
  std::sort(times.begin(), times.end());
  const auto told = grouped(times.size()) + " calls, p50 " + duration_ms(times[times.size() / 2]) + ", max " +
                    duration_ms(times.back()) + ", " + grouped(*before) + " to " + grouped(*after) + " KiB";
  if (*after > *before + kGrowthKib)
    return {Kind::kBroken, "it grows: " + told + ". What a call allocates, it has to free.", after};
  return {Kind::kHolds, told, after};
}

/// Whether two processes say the same of the same: hosts may ask either of them.
Checker::Finding Checker::repeats_itself(Point point) {
  const auto what = case_of(point);
  std::vector<std::vector<std::string>> said;
  bool late = false;
  for (int process = 0; process < 2; ++process) {
    const auto bench = Workbench::open(subject_, order_.settings);
    if (!bench) return {Kind::kBroken, bench.error().message};
    std::mt19937_64 random(order_.seed);
    said.emplace_back();
    for (int i = 0; i < kRepeated; ++i) {
      const auto context = as_window(i == 0 ? what.context : random_context(point, random), point);
      // Twice, and in the second process in the other order: what it remembers of the calls before must not count.
      for (int again = 0; again <= process; ++again) {
        const auto asked = (*bench)->ask(point, context, what.config_json);
        late = late || asked.answer.kind == Answer::Kind::kLate;
        if (again == process) said.back().push_back(fingerprint(asked.answer));
      }
    }
  }
  if (said[0] == said[1]) return {Kind::kHolds, "of two processes, to " + std::to_string(kRepeated) + " contexts"};
  return {order_.same_answer ? Kind::kBroken : Kind::kSkipped,
          "the answer depends on more than the context: on earlier calls, on time or on chance",
          {},
          late};
}

/// What a host leaves out of an answer is the module's fault, although the rest of the answer counts.
Checker::Finding Checker::findings_are_as_declared(Point point) {
  const auto what = case_of(point);
  const auto bench = Workbench::open(subject_, order_.settings);
  if (!bench) return {Kind::kBroken, bench.error().message};
  std::mt19937_64 random(order_.seed);
  for (int i = 0; i < kRepeated; ++i)
    (*bench)->ask(point, as_window(i == 0 ? what.context : random_context(point, random), point), what.config_json);
  const auto refused = (*bench)->findings_refused();
  if (refused == 0) return {Kind::kHolds, "none that its manifest does not declare so"};
  std::string why = grouped(refused) + " were left out.";
  for (const auto& line : (*bench)->take_lines())
    if (line.text.starts_with("At ")) why += " " + line.text;
  return {Kind::kBroken, why};
}

}  // namespace rapt::author
