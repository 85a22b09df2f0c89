// SPDX-License-Identifier: AGPL-3.0-or-later
#include "publish_input.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"

namespace rapt::marketplace {

constexpr std::size_t kMostLink = 500;

Result<void> only_query(const http::Request& request, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return Error::invalid(printable(name, 60), "is no parameter of this address; leave it out.");
    if (request.query.count(name) > 1) return Error::invalid(name, "may be given once.");
  }
  return {};
}

Error coded(ErrorKind kind, std::string code, std::string message) {
  Error out;
  out.kind = kind;
  out.code = std::move(code);
  out.message = std::move(message);
  return out;
}

bool is_link(std::string_view text) {
  constexpr std::string_view kScheme = "https://", kRefused = "\"<>\\";
  if (text.empty()) return true;
  return text.starts_with(kScheme) && text.size() > kScheme.size() && text.size() <= kMostLink &&
         text.find_first_of(kRefused) == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<void> check_line(std::string_view field, std::string_view text, std::size_t most) {
  if (!is_utf8(text)) return Error::invalid(std::string(field), "is no UTF-8.");
  if (count_code_points(text) > most)
    return Error::invalid(std::string(field), "may have " + std::to_string(most) + " characters.");
  const bool control = std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
  if (control) return Error::invalid(std::string(field), "may hold no control characters.");
  return {};
}

}  // namespace rapt::marketplace
