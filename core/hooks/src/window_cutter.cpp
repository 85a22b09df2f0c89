// SPDX-License-Identifier: AGPL-3.0-or-later
#include "window_cutter.hpp"

#include <algorithm>
#include <array>

#include "text_cut.hpp"

namespace rapt::hooks {

namespace {

constexpr std::size_t kLeastSize = 16;
constexpr std::size_t kMostSize = 65536;
/// So many bytes beyond a window show whether a cut would part a sign.
constexpr std::size_t kLookAhead = 4;

constexpr std::array<std::string_view, 4> kStops{".", "!", "?", "…"};
/// These end a sentence without white space behind them.
constexpr std::array<std::string_view, 3> kWideStops{"。", "！", "？"};
constexpr std::array<std::string_view, 11> kClosers{")", "]", "}", "\"", "'", "*", "_", "`", "”", "’", "»"};

template <class Signs>
std::size_t ends_with_one(std::string_view text, const Signs& signs) {
  for (std::string_view sign : signs) {
    if (text.ends_with(sign)) return sign.size();
  }
  return 0;
}

bool ends_sentence(std::string_view text) {
  while (const auto closer = ends_with_one(text, kClosers)) text.remove_suffix(closer);
  return ends_with_one(text, kStops) != 0;
}

/// Whether a sentence or line ends behind the byte at `at`.
bool ends_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\n') return true;
  if (c == ' ' || c == '\t') return ends_sentence(text.substr(0, at));
  return static_cast<unsigned char>(c) >= 0x80U && ends_with_one(text.substr(0, at + 1), kWideStops) != 0;
}

std::size_t limit_of(Window window) {
  switch (window.unit) {
    case Window::Unit::kToken:
      return WindowCutter::kLongestToken;
    case Window::Unit::kSentence:
      return WindowCutter::kLongestSentence;
    case Window::Unit::kSize:
      break;
  }
  return std::clamp(window.bytes, kLeastSize, kMostSize);
}

}  // namespace

WindowCutter::WindowCutter(Window window) : unit_(window.unit), limit_(limit_of(window)) {}

void WindowCutter::add(std::string_view words) {
  text_.erase(0, begin_);
  begin_ = 0;
  text_ += words;
}

std::optional<std::string> WindowCutter::next() {
  const auto end = unit_ == Window::Unit::kToken      ? token_end()
                   : unit_ == Window::Unit::kSentence ? sentence_end()
                                                      : size_end();
  if (end == 0) return std::nullopt;
  std::string window(waiting().substr(0, end));
  begin_ += end;
  scanned_ = 0;
  return window;
}

std::string WindowCutter::rest() {
  std::string left(waiting());
  text_.clear();
  begin_ = scanned_ = 0;
  if (const auto broken = incomplete_tail(left)) left.replace(left.size() - broken, broken, "\xEF\xBF\xBD");
  return left;
}

std::size_t WindowCutter::token_end() const {
  const auto whole = waiting().size() - incomplete_tail(waiting());
  if (whole > limit_) return cut_before(waiting(), limit_);
  return ended_ ? 0 : whole;
}

std::size_t WindowCutter::sentence_end() {
  const auto text = waiting();
  for (const auto most = std::min(text.size(), limit_); scanned_ < most; ++scanned_) {
    if (ends_at(text, scanned_)) return scanned_ + 1;
  }
  return size_end();
}

std::size_t WindowCutter::size_end() const {
  return waiting().size() < limit_ + kLookAhead ? 0 : cut_before(waiting(), limit_);
}

}  // namespace rapt::hooks
