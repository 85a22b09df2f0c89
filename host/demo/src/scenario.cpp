// SPDX-License-Identifier: AGPL-3.0-or-later
#include "scenario.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace rapt::demo {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view kPrefix = "scenario:";
constexpr std::string_view kStreamPrefix = "rapt-demo-stream-";
constexpr std::size_t kLargestScenario = 1'000'000;
/// How much of an answer comes before something breaks, where the name does not say.
constexpr std::size_t kSome = 3;

using Numbers = std::vector<std::size_t>;

struct Part {
  std::string_view name;
  std::size_t numbers;  ///< how many there may be
  std::function<void(Scenario&, const Numbers&)> apply;
};

std::size_t first_or(const Numbers& numbers, std::size_t otherwise) {
  return numbers.empty() ? otherwise : numbers.front();
}

auto after(std::size_t Scenario::*member) {
  return [member](Scenario& scenario, const Numbers& numbers) { scenario.*member = first_or(numbers, kSome); };
}

auto time(milliseconds Scenario::*member) {
  return
      [member](Scenario& scenario, const Numbers& numbers) { scenario.*member = milliseconds(first_or(numbers, 0)); };
}

auto turned(bool Scenario::*member, bool value) {
  return [member, value](Scenario& scenario, const Numbers&) { scenario.*member = value; };
}

void fail(Scenario& scenario, const Numbers& numbers) {
  scenario.status = static_cast<int>(std::clamp<std::size_t>(first_or(numbers, 500), 400, 599));
  scenario.failures = numbers.size() > 1 ? numbers[1] : Scenario::kNever;
}

void error_in_stream(Scenario& scenario, const Numbers& numbers) {
  scenario.error = first_or(numbers, kSome);
  if (numbers.size() > 1) scenario.error_code = static_cast<int>(std::min<std::size_t>(numbers[1], 999));
}

void retry_after(Scenario& scenario, const Numbers& numbers) {
  scenario.retry_after = std::chrono::seconds(first_or(numbers, 17));
}

const std::vector<Part>& parts() {
  static const std::vector<Part> all = {
      {"error", 2, fail},
      {"retry-after", 1, retry_after},
      {"retry-date", 1,
       [](Scenario& scenario, const Numbers& numbers) {
         retry_after(scenario, numbers);
         scenario.retry_as_date = true;
       }},
      {"head", 1, time(&Scenario::before_head)},
      {"first", 1, time(&Scenario::before_words)},
      {"pause", 1,
       [](Scenario& scenario, const Numbers& numbers) { scenario.pause = milliseconds(first_or(numbers, 0)); }},
      {"tokens", 1, [](Scenario& scenario, const Numbers& numbers) { scenario.tokens = first_or(numbers, 20); }},
      {"disconnect", 1, after(&Scenario::disconnect)},
      {"cut", 1, after(&Scenario::cut)},
      {"hang", 1, after(&Scenario::hang)},
      {"silent", 0, [](Scenario& scenario, const Numbers&) { scenario.hang = 0; }},
      {"rubbish", 1, after(&Scenario::rubbish)},
      {"huge-line", 1, after(&Scenario::huge)},
      {"not-utf8", 1, after(&Scenario::not_utf8)},
      {"error-in-stream", 2, error_in_stream},
      {"error-as-text", 0, turned(&Scenario::error_as_text, true)},
      {"no-usage", 0, turned(&Scenario::usage, false)},
      {"usage-often", 0, turned(&Scenario::usage_often, true)},
      {"usage-null", 0, turned(&Scenario::usage_null, true)},
      {"no-done", 0, turned(&Scenario::done, false)},
      {"whole", 0, turned(&Scenario::whole, true)},
      {"empty", 0, turned(&Scenario::empty, true)},
      {"echo", 0, turned(&Scenario::echo, true)},
      {"leak", 0, turned(&Scenario::leak, true)},
  };
  return all;
}

/// "-20-50" as 20 and 50; false for anything else.
bool read_numbers(std::string_view text, Numbers& numbers) {
  while (!text.empty()) {
    if (text.front() != '-') return false;
    text.remove_prefix(1);
    std::size_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || number > kLargestScenario) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    numbers.push_back(number);
  }
  return true;
}

bool apply(std::string_view text, Scenario& scenario) {
  for (const auto& part : parts()) {
    Numbers numbers;
    if (!text.starts_with(part.name) || !read_numbers(text.substr(part.name.size()), numbers)) continue;
    if (numbers.size() > part.numbers) return false;
    part.apply(scenario, numbers);
    return true;
  }
  return false;
}

Error unknown(std::string_view part) {
  return Error::invalid("model", "asks for \"" + std::string(part.substr(0, 100)) +
                                     "\", which is no scenario: host/demo/README.md lists them");
}

}  // namespace

Result<Scenario> scenario_of(std::string_view model, bool allowed) {
  Scenario scenario;
  if (model.starts_with(kStreamPrefix)) {
    Numbers numbers;
    auto text = model.substr(kStreamPrefix.size() - 1);
    if (text.ends_with("ms")) text.remove_suffix(2);
    if (!read_numbers(text, numbers) || numbers.size() != 2) return unknown(model);
    scenario.tokens = numbers[0];
    scenario.pause = milliseconds(numbers[1]);
    return scenario;
  }
  if (!allowed || !model.starts_with(kPrefix)) return scenario;
  auto text = model.substr(kPrefix.size());
  for (;;) {
    const auto plus = text.find('+');
    if (!apply(text.substr(0, plus), scenario)) return unknown(text.substr(0, plus));
    if (plus == std::string_view::npos) return scenario;
    text.remove_prefix(plus + 1);
  }
}

}  // namespace rapt::demo
