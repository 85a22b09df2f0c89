// SPDX-License-Identifier: AGPL-3.0-or-later
#include "groups.hpp"

#include <array>
#include <optional>
#include <utility>

namespace safety {
namespace {

constexpr std::size_t kMaxGap = 4, kMaxGroups = 19, kMaxRun = 512;

constexpr std::array<std::pair<std::string_view, char>, 12> kGroupWords = {{{"zero", '0'},
                                                                            {"oh", '0'},
                                                                            {"o", '0'},
                                                                            {"one", '1'},
                                                                            {"two", '2'},
                                                                            {"three", '3'},
                                                                            {"four", '4'},
                                                                            {"five", '5'},
                                                                            {"six", '6'},
                                                                            {"seven", '7'},
                                                                            {"eight", '8'},
                                                                            {"nine", '9'}}};

constexpr std::size_t kLongestWord = 6;  ///< "double"
/// What may begin a group: a digit, and what one of the words begins with.
constexpr std::array<bool, 256> kBegins = [] {
  std::array<bool, 256> out{};
  for (char c = '0'; c <= '9'; ++c) out[static_cast<unsigned char>(c)] = true;
  for (const auto& [name, digit] : kGroupWords) out[static_cast<unsigned char>(name[0])] = true;
  out['d'] = true;  // "double"; "triple" begins as "two" does
  return out;
}();

char digit_of(std::string_view word) {
  for (const auto& [name, digit] : kGroupWords) {
    if (!word.empty() && name[0] == word[0] && name == word) return digit;
  }
  return '\0';
}

std::string_view word_at(const Normalized& text, std::size_t at) {
  auto end = at;
  while (is_letter(text.at(end))) ++end;
  return std::string_view(text.text).substr(at, end - at);
}

/// "five", "double five", "triple oh". `size` becomes the bytes read.
std::string spelled_at(const Normalized& text, std::size_t at, std::size_t& size) {
  const auto word = word_at(text, at);
  size = word.size();
  if (size > kLongestWord) return {};
  const std::size_t times = word == "double" ? 2 : word == "triple" ? 3 : 1;
  if (times == 1) {
    const char digit = digit_of(word);
    return digit == '\0' ? std::string() : std::string(1, digit);
  }
  const auto next = at + word.size() + 1;
  const char digit = text.at(next - 1) == ' ' ? digit_of(word_at(text, next)) : '\0';
  if (digit == '\0') return {};
  size = word.size() + 1 + word_at(text, next).size();
  return std::string(times, digit);
}

std::optional<Group> group_at(const Normalized& text, std::size_t at) {
  if (!kBegins[static_cast<unsigned char>(text.at(at))]) return std::nullopt;
  Group group;
  group.begin = at;
  if (is_digit(text.at(at))) {
    group.end = at;
    while (is_digit(text.at(group.end))) ++group.end;
    group.digits = text.text.substr(at, group.end - at);
  } else {
    std::size_t size = 0;
    group.digits = spelled_at(text, at, size);
    if (group.digits.empty()) return std::nullopt;
    group.end = at + size;
    group.spelled = true;
  }
  const char front = at > 0 ? text.text[at - 1] : '\0';
  group.glued_front = is_letter(front) || front == '_' || (group.spelled && is_digit(front));
  group.glued_back =
      is_letter(text.at(group.end)) || text.at(group.end) == '_' || (group.spelled && is_digit(text.at(group.end)));
  return group;
}

std::optional<Gap> classify(std::string_view gap) {
  if (gap.empty() || gap.size() > kMaxGap) return std::nullopt;
  std::optional<Gap> mark;
  for (const char c : gap) {
    if (c == ' ' || c == '\t') continue;
    const auto found = c == '-'   ? Gap::kHyphen
                       : c == '.' ? Gap::kDot
                       : c == '(' ? Gap::kOpen
                       : c == ')' ? Gap::kClose
                                  : Gap::kComma;
    if (found == Gap::kComma && c != ',') return std::nullopt;
    if (mark && !(*mark == Gap::kClose && found != Gap::kClose) && !(*mark == Gap::kHyphen && found == Gap::kOpen))
      return std::nullopt;
    if (!mark || found == Gap::kOpen) mark = found;
  }
  return mark.value_or(Gap::kSpace);
}

/// A comma parts numbers; between spelled digits it is a pause.
bool joins(const Group& left, Gap gap, const Group& right) {
  return gap != Gap::kComma || (left.spelled && right.spelled);
}

std::size_t skip_word(const Normalized& text, std::size_t at) {
  if (!is_letter(text.at(at))) return at + 1;
  while (is_letter(text.at(at))) ++at;
  return at;
}

}  // namespace

bool is_digit_word(std::string_view word) {
  return word == "double" || word == "triple" || digit_of(word) != '\0';
}

std::size_t Run::span(std::size_t first, std::size_t digits) const {
  std::size_t sum = 0;
  for (std::size_t i = first; i < groups.size() && i < first + kMaxGroups; ++i) {
    sum += groups[i].digits.size();
    if (sum == digits) return i;
    if (sum > digits) return npos;
  }
  return npos;
}

std::string Run::joined(std::size_t first, std::size_t last) const {
  std::string out;
  for (std::size_t i = first; i <= last; ++i) out += groups[i].digits;
  return out;
}

void for_each_run(const Normalized& text, const std::function<void(const Run&)>& visit) {
  Run run;
  const auto finish = [&] {
    if (!run.groups.empty()) visit(run);
    run.groups.clear();
    run.gaps.clear();
  };
  for (std::size_t at = 0; at < text.text.size();) {
    auto group = group_at(text, at);
    if (!group) {
      at = skip_word(text, at);
      continue;
    }
    at = group->end;
    std::optional<Gap> gap;
    if (!run.groups.empty() && run.groups.size() < kMaxRun) {
      const auto& last = run.groups.back();
      const auto between = group->begin - last.end;
      if (between <= kMaxGap) gap = classify(std::string_view(text.text).substr(last.end, between));
      if (gap && !joins(last, *gap, *group)) gap.reset();
    }
    if (gap) {
      run.gaps.push_back(*gap);
    } else {
      finish();
    }
    run.groups.push_back(std::move(*group));
  }
  finish();
}

}  // namespace safety
