// SPDX-License-Identifier: AGPL-3.0-or-later
#include "context.hpp"

#include <algorithm>

#include "finding.hpp"

namespace safety {
namespace {

constexpr std::size_t kCueWindow = 48, kTopicWindow = 64;
static_assert(kCueWindow <= kReach && kTopicWindow <= kReach);

std::string_view trimmed_right(std::string_view text) {
  while (!text.empty() && (is_space(text.back()) || text.back() == ':')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool contains_word(std::string_view window, std::span<const std::string_view> words) {
  const auto stands_at = [&](std::size_t at, std::string_view word) {
    const auto end = at + word.size();
    return window.substr(at).starts_with(word) && (end == window.size() || !is_letter(window[end]));
  };
  for (std::size_t at = 0; at < window.size(); ++at) {
    if (!is_letter(window[at]) || (at > 0 && is_letter(window[at - 1]))) continue;
    if (std::any_of(words.begin(), words.end(), [&](std::string_view word) { return stands_at(at, word); }))
      return true;
  }
  return false;
}

Surroundings::Surroundings(const Normalized& text, std::size_t begin, std::size_t end)
    : text_(text), begin_(begin), end_(end) {}

std::string_view Surroundings::head(std::size_t size) const {
  const std::string_view all = text_.text;
  const auto start = begin_ > size ? begin_ - size : 0;
  auto window = all.substr(start, begin_ - start);
  if (const auto mask = window.rfind(kMaskEnd); mask != std::string_view::npos)
    window.remove_prefix(mask + kMaskEnd.size());
  return window;
}

std::string_view Surroundings::tail(std::size_t size) const {
  auto window = std::string_view(text_.text).substr(end_, size);
  return window.substr(0, window.find('['));
}

bool Surroundings::said_before(std::span<const std::string_view> words) const {
  return contains_word(head(kCueWindow), words);
}

bool Surroundings::said_around(std::span<const std::string_view> words) const {
  return contains_word(head(kTopicWindow), words) || contains_word(tail(kTopicWindow), words);
}

bool Surroundings::directly_after(std::span<const std::string_view> phrases) const {
  const auto window = trimmed_right(head(kCueWindow));
  return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view phrase) {
    return window.ends_with(phrase) &&
           (window.size() == phrase.size() || !is_letter(window[window.size() - phrase.size() - 1]));
  });
}

char Surroundings::before() const {
  const auto window = trimmed_right(head(8));
  return window.empty() ? '\0' : window.back();
}

char Surroundings::after() const {
  for (std::size_t i = end_; i < end_ + 8; ++i) {
    if (!is_space(text_.at(i))) return text_.at(i);
  }
  return '\0';
}

bool Surroundings::in_formula() const {
  constexpr std::string_view kLeft = "=*/^<>%$+", kRight = "=*/^<>%+";
  const char left = before(), right = after();
  if (left != '\0' && kLeft.find(left) != std::string_view::npos) return true;
  if (right != '\0' && kRight.find(right) != std::string_view::npos) return true;
  const char touching = begin_ > 0 ? text_.text[begin_ - 1] : '\0';
  if (touching == '.' || (touching == ',' && begin_ > 1 && is_digit(text_.text[begin_ - 2]))) return true;
  return (text_.at(end_) == '.' || text_.at(end_) == ',') && is_digit(text_.at(end_ + 1));
}

}  // namespace safety
