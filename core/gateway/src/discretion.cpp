// SPDX-License-Identifier: AGPL-3.0-or-later
#include "discretion.hpp"

#include <algorithm>

namespace rapt::gateway {

namespace {

constexpr std::size_t kLongestCode = 64;
/// "500" and "api" are in many a text, and tell nothing of it.
constexpr std::size_t kTelling = 4;

bool of_a_code(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

bool shares(std::string_view text, std::string_view word) {
  return text.size() >= kTelling && (text.find(word) != std::string_view::npos || word.find(text) != text.npos);
}

/// Whether one of the messages does.
bool shares(const Excerpt& told, std::string_view word) {
  for (auto i = told.first; i < told.last; ++i)
    if (shares(told.of->content(i), word)) return true;
  return false;
}

}  // namespace

void Discretion::forget() {
  if (spare_ != nullptr) {
    std::vector<Message>().swap(spare_->messages);
    spare_->earlier = {};
  }
  asked_ = nullptr;
}

std::string Discretion::code(std::string_view word) const {
  if (asked_ == nullptr || word.size() > kLongestCode || !std::all_of(word.begin(), word.end(), of_a_code)) return {};
  if (word.size() >= kTelling) {
    if (shares(key_, word)) return {};
    const auto told = [&](const Message& message) { return shares(message.content, word); };
    if (std::any_of(asked_->begin(), asked_->end(), told)) return {};
    if (spare_ != nullptr && shares(spare_->earlier, word)) return {};
  }
  return std::string(word);
}

}  // namespace rapt::gateway
