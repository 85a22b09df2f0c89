// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/gateway/transcript.hpp"

#include <algorithm>

#include "rapt/base/json_text.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/gateway/tokens.hpp"

namespace rapt::gateway {

namespace {

constexpr std::string_view kBeforeRole = R"({"role":")", kBeforeContent = R"(","content":)", kBehind = "},";
/// What JSON adds to an ordinary message: marks, role, and an escape now and then.
constexpr std::size_t kMarks = 48, kEscapedOf = 32;

bool has_much_room(const std::string& text) {
  return text.capacity() - text.size() > text.size() / 8;
}

}  // namespace

Transcript::Transcript(const Transcript& other, std::size_t first, std::size_t messages, std::size_t bytes) {
  const auto kept = other.json(first, other.size());
  json_.reserve(kept.size() + bytes + bytes / kEscapedOf + messages * kMarks);
  entries_.reserve(messages + other.size() - std::min(first, other.size()));
  if (kept.empty()) return;
  json_.append(kept) += ',';
  entries_.assign(other.entries_.begin() + static_cast<std::ptrdiff_t>(first), other.entries_.end());
  const auto is_beside = [](const Entry& entry) { return entry.beside; };
  const auto beside = std::find_if(entries_.begin(), entries_.end(), is_beside);
  const auto json = entries_.front().json, text = beside == entries_.end() ? other.beside_.size() : beside->text;
  if (beside != entries_.end()) beside_.reserve(other.beside_.size() - text + bytes);
  beside_.append(other.beside_, text);
  for (auto& entry : entries_) {
    entry.json -= json;
    entry.text -= entry.beside ? text : json;
  }
}

void Transcript::add(std::string_view role, std::string_view content) {
  Entry entry{.json = json_.size(),
              .text = 0,
              .size = content.size(),
              .beside = false,
              .most_tokens = 0,
              .estimated_tokens = 0};
  json_.append(kBeforeRole).append(role).append(kBeforeContent);
  entry.text = json_.size() + 1;
  append_json_string(json_, content);
  // Whatever JSON writes otherwise becomes longer.
  entry.beside = json_.size() - 1 - entry.text != content.size();
  json_ += kBehind;
  if (entry.beside) {
    entry.text = beside_.size();
    beside_ += content;
  }
  entry.most_tokens = kTokensOfAMessage + gateway::most_tokens(content);
  entry.estimated_tokens = kTokensOfAMessage + gateway::estimated_tokens(content);
  entries_.push_back(entry);
}

void Transcript::fit() {
  for (auto* text : {&json_, &beside_})
    if (has_much_room(*text)) text->shrink_to_fit();
}

std::string_view Transcript::role(std::size_t message) const {
  const auto rest = std::string_view(json_).substr(entries_[message].json + kBeforeRole.size());
  return rest.substr(0, rest.find('"'));
}

std::string_view Transcript::content(std::size_t message) const {
  const auto& entry = entries_[message];
  return std::string_view(entry.beside ? beside_ : json_).substr(entry.text, entry.size);
}

std::string_view Transcript::json(std::size_t first, std::size_t last) const {
  if (first >= last) return {};
  const auto end = last < size() ? entries_[last].json : json_.size();
  return std::string_view(json_).substr(entries_[first].json, end - 1 - entries_[first].json);
}

std::size_t Transcript::bytes() const {
  return json_.capacity() + beside_.capacity() + entries_.capacity() * sizeof(Entry);
}

}  // namespace rapt::gateway
