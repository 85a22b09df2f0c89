// SPDX-License-Identifier: AGPL-3.0-or-later
#include "json_places.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace rapt::author {

JsonPlaces::JsonPlaces(std::string_view text) : text_(text) {
  skip_space();
  note("");
  read_value("");
}

JsonPlaces::Place JsonPlaces::of(std::string_view path) const {
  auto found = offsets_.find(path);
  while (found == offsets_.end()) {
    const auto cut = path.find_last_of(".[");
    path = path.substr(0, cut == std::string_view::npos ? 0 : cut);
    found = offsets_.find(path);
  }
  const auto before = text_.substr(0, found->second);
  const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  const auto line = before.substr(line_start);
  return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          1 + static_cast<std::size_t>(std::count_if(line.begin(), line.end(), is_character))};
}

void JsonPlaces::skip_space() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
}

void JsonPlaces::note(const std::string& path) {
  const bool is_new = offsets_.insert_or_assign(path, at_).second;
  const bool is_member = !path.empty() && path.back() != ']';
  // What is in it is repeated with it.
  const bool is_told =
      std::any_of(repeated_.begin(), repeated_.end(), [&](const auto& one) { return path.starts_with(one); });
  if (!is_new && is_member && !is_told) repeated_.push_back(path);
}

void JsonPlaces::read_value(const std::string& path) {
  skip_space();
  const char first = at_ < text_.size() ? text_[at_] : '\0';
  if (first == '{') return read_object(path);
  if (first == '[') return read_array(path);
  if (first == '"') {
    read_text();
  } else {
    at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
  }
}

void JsonPlaces::read_object(const std::string& path) {
  ++at_;
  for (skip_space(); at_ < text_.size() && text_[at_] == '"'; skip_space()) {
    const auto key_at = at_;
    const auto member = path.empty() ? read_text() : path + "." + read_text();
    const auto behind = std::exchange(at_, key_at);
    note(member);
    at_ = behind;
    skip_space();
    ++at_;  // the colon
    read_value(member);
    skip_space();
    if (at_ < text_.size() && text_[at_] == ',') ++at_;
  }
  ++at_;
}

void JsonPlaces::read_array(const std::string& path) {
  ++at_;
  skip_space();
  for (std::size_t index = 0; at_ < text_.size() && text_[at_] != ']'; ++index) {
    const auto element = path + "[" + std::to_string(index) + "]";
    note(element);
    read_value(element);
    skip_space();
    if (at_ < text_.size() && text_[at_] == ',') ++at_;
    skip_space();
  }
  ++at_;
}

std::string JsonPlaces::read_text() {
  const auto start = at_++;
  while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
  ++at_;
  const auto read = nlohmann::json::parse(text_.substr(start, at_ - start), nullptr, false);
  return read.is_string() ? read.get<std::string>() : std::string();
}

}  // namespace rapt::author
