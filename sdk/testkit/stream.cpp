// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "host.hpp"

namespace rapt::testkit {
namespace {

constexpr std::size_t kReleasedTail = 4096, kLongestSentence = 2048;

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// Where the last whole character of the text ends.
std::size_t whole_end(std::string_view text) {
  auto start = text.size();
  while (start > 0 && !begins_character(text[start - 1])) --start;
  if (start == 0) return 0;
  return is_utf8(text.substr(start - 1)) ? text.size() : start - 1;
}

/// Up to `limit` bytes, between characters, behind white space where there is any.
std::size_t cut_at(std::string_view text, std::size_t limit) {
  const auto space = text.substr(0, limit).find_last_of(" \t\n");
  if (space != std::string_view::npos) return space + 1;
  while (limit > 1 && !begins_character(text[limit])) --limit;
  return limit;
}

std::size_t sentence_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size() && i < kLongestSentence; ++i) {
    if (text[i] == '\n') return i + 1;
    if (text[i] == ' ' && i > 0 && std::string_view(".!?").find(text[i - 1]) != std::string_view::npos) return i + 1;
  }
  return text.size() > kLongestSentence ? cut_at(text, kLongestSentence) : 0;
}

}  // namespace

Stream::Stream(Module& module, Scene scene, Cut cut, std::size_t bytes)
    : module_(module), scene_(std::move(scene)), cut_(cut), bytes_(std::clamp<std::size_t>(bytes, 16, 65536)) {
  scene_.window_seq = 0;
}

std::size_t Stream::window_end() const {
  if (cut_ == Cut::kToken) return whole_end(waiting_);
  if (cut_ == Cut::kSentence) return sentence_end(waiting_);
  return waiting_.size() > bytes_ ? cut_at(waiting_, bytes_) : 0;
}

std::string Stream::push(std::string_view words) {
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
  return block_reason_ ? "" : ask(std::exchange(waiting_, {}), true);
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
