// SPDX-License-Identifier: AGPL-3.0-or-later
#include "search_words.hpp"

#include "rapt/api/query.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::size_t kLongestQuestion = 200, kMostWords = 8;

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
}

/// "'safe':* & 'filt':*": of letters and digits alone, so that nothing in it is an operator.
std::string tsquery_of(std::string_view words) {
  std::string out;
  std::size_t count = 0;
  for (std::size_t at = 0; at < words.size() && count < kMostWords; ++count) {
    while (at < words.size() && !is_word_byte(words[at])) ++at;
    auto end = at;
    while (end < words.size() && is_word_byte(words[end])) ++end;
    if (end == at) break;
    out.append(out.empty() ? "'" : " & '").append(words.substr(at, end - at)).append("':*");
    at = end;
  }
  return out;
}

}  // namespace

Result<SearchWords> words_of(const http::Request& request) {
  auto typed = api::query_text(request, "q", kLongestQuestion);
  if (!typed) return typed.error();
  auto tsquery = tsquery_of(*typed);
  if (!typed->empty() && tsquery.empty()) return Error::invalid("q", "must hold a letter or a digit");
  return SearchWords{std::move(*typed), std::move(tsquery)};
}

}  // namespace rapt::marketplace
