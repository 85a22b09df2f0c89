// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "host.hpp"

namespace rapt::testkit {
namespace {

// As a host has them.
constexpr std::size_t kReleasedTail = 4096, kLongestSentence = 2048, kLongestToken = 16384, kLookAhead = 4;
constexpr std::string_view kStops[] = {".", "!", "?", "…"};
constexpr std::string_view kWideStops[] = {"。", "！", "？"};  // end a sentence without white space behind them
constexpr std::string_view kClosers[] = {")", "]", "}", "\"", "'", "*", "_", "`", "”", "’", "»"};

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// How many bytes at the end begin a character whose rest has not come.
std::size_t incomplete_tail(std::string_view text) {
  auto start = text.size();
  while (start > 0 && !begins_character(text[start - 1])) --start;
  if (start == 0) return 0;
  const auto lead = static_cast<unsigned char>(text[--start]);
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return text.size() - start < length ? text.size() - start : 0;
}

/// Up to `limit` bytes, behind white space where there is any, else between characters.
std::size_t cut_at(std::string_view text, std::size_t limit) {
  const auto space = text.substr(0, limit).find_last_of(" \t\n");
  if (space != std::string_view::npos) return space + 1;
  while (limit > 1 && !begins_character(text[limit])) --limit;
  return limit;
}

std::size_t size_end(std::string_view text, std::size_t limit) {
  return text.size() < limit + kLookAhead ? 0 : cut_at(text, limit);
}

template <class Signs>
std::size_t ends_with_one(std::string_view text, const Signs& signs) {
  for (const auto sign : signs) {
    if (text.ends_with(sign)) return sign.size();
  }
  return 0;
}

/// Whether a sentence or line ends behind the byte at `at`.
bool ends_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\n') return true;
  if (c != ' ' && c != '\t')
    return static_cast<unsigned char>(c) >= 0x80 && ends_with_one(text.substr(0, at + 1), kWideStops) != 0;
  auto sentence = text.substr(0, at);
  while (const auto closer = ends_with_one(sentence, kClosers)) sentence.remove_suffix(closer);
  return ends_with_one(sentence, kStops) != 0;
}

std::size_t sentence_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size() && i < kLongestSentence; ++i) {
    if (ends_at(text, i)) return i + 1;
  }
  return size_end(text, kLongestSentence);
}

std::size_t token_end(std::string_view text) {
  const auto whole = text.size() - incomplete_tail(text);
  return whole <= kLongestToken ? whole : cut_at(text, kLongestToken);
}

}  // namespace

Stream::Stream(Module& module, Scene scene, Cut cut, std::size_t bytes)
    : module_(module), scene_(std::move(scene)), cut_(cut), bytes_(std::clamp<std::size_t>(bytes, 16, 65536)) {
  scene_.window_seq = 0;
}

std::size_t Stream::window_end() const {
  if (cut_ == Cut::kToken) return token_end(waiting_);
  return cut_ == Cut::kSentence ? sentence_end(waiting_) : size_end(waiting_, bytes_);
}

std::string Stream::push(std::string_view words) {
  if (finished_) throw std::logic_error("the answer was finished before");
  std::string passed;
  waiting_ += words;
  while (!block_reason_) {
    const auto end = window_end();
    if (end == 0) break;
    const auto piece = waiting_.substr(0, end);
    waiting_.erase(0, end);
    passed += ask(piece, false);
  }
  return passed;
}

std::string Stream::finish() {
  if (block_reason_ || std::exchange(finished_, true)) return "";
  if (const auto broken = incomplete_tail(waiting_)) waiting_.replace(waiting_.size() - broken, broken, "\xEF\xBF\xBD");
  return ask(std::exchange(waiting_, {}), true);
}

std::string Stream::ask(std::string_view piece, bool last) {
  const auto window = std::exchange(held_, {}) + std::string(piece);
  scene_.current = Line{"assistant", window};
  auto tail = released_.size() > kReleasedTail ? released_.size() - kReleasedTail : 0;
  while (tail < released_.size() && !begins_character(released_[tail])) ++tail;
  scene_.released = released_.substr(tail);
  ++scene_.window_seq;
  scene_.last_window = last;
  auto answer = module_.call(RAPT_HOOK_CHAT_ON_DELTA, scene_);
  if (!answer.fault.empty())
    throw std::runtime_error("window " + std::to_string(scene_.window_seq) + ": " + answer.fault);
  findings_.insert(findings_.end(), answer.findings.begin(), answer.findings.end());
  if (answer.verdict == RAPT_BLOCK) {
    block_reason_ = std::move(answer.block_reason);
    return "";
  }
  const auto cut = window.size() - answer.held;
  held_ = window.substr(cut);
  auto passed = answer.verdict == RAPT_REPLACE ? *answer.replacement : window.substr(0, cut);
  released_ += passed;
  return passed;
}

}  // namespace rapt::testkit
