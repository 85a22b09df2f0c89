// SPDX-License-Identifier: AGPL-3.0-or-later
#include "search_words.hpp"

#include "rapt/api/query.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::size_t kLongestQuestion = 200, kMostWords = 8;

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
}

}  // namespace

SearchWords words_in(std::string_view typed) {
  SearchWords out;
  for (std::size_t at = 0; at < typed.size() && out.words.size() < kMostWords;) {
    auto end = at;
    while (end < typed.size() && is_word_byte(typed[end])) ++end;
    if (end > at) out.words.emplace_back(typed.substr(at, end - at));
    at = end + 1;
  }
  // Letters and digits alone, so that nothing in it is an operator.
  for (const auto& word : out.words) out.tsquery += (out.tsquery.empty() ? "'" : " & '") + word + "':*";
  return out;
}

Result<SearchWords> words_of(const http::Request& request) {
  const auto typed = api::query_text(request, "q", kLongestQuestion);
  if (!typed) return typed.error();
  auto out = words_in(*typed);
  if (!typed->empty() && out.words.empty()) return Error::invalid("q", "must hold a letter or a digit");
  return out;
}

}  // namespace rapt::marketplace
