// SPDX-License-Identifier: AGPL-3.0-or-later
#include "framing.hpp"

#include <algorithm>
#include <vector>

#include "field_text.hpp"

namespace rapt::http {
namespace {

std::vector<std::string_view> values_of(const Headers& headers, std::string_view name) {
  std::vector<std::string_view> out;
  for (const auto& [field, value] : headers.all()) {
    if (equals_ignoring_case(field, name)) out.emplace_back(value);
  }
  return out;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string framing_fault(const Headers& headers, bool http_1_1) {
  const auto lengths = values_of(headers, "Content-Length"), codings = values_of(headers, "Transfer-Encoding");
  if (!lengths.empty() && !codings.empty()) return "A request has a Content-Length or a Transfer-Encoding, not both.";
  if (lengths.size() > 1 || (lengths.size() == 1 && !is_number(lengths.front())))
    return "A request carries one Content-Length at most, and it is a number.";
  if (codings.size() > 1 || (codings.size() == 1 && !equals_ignoring_case(codings.front(), "chunked")))
    return "The only Transfer-Encoding that this server takes is chunked.";
  return codings.empty() || http_1_1 ? "" : "HTTP/1.0 knows no Transfer-Encoding.";
}

bool has_folded_field(std::string_view head) {
  return head.find("\r\n ") != std::string_view::npos || head.find("\r\n\t") != std::string_view::npos;
}

}  // namespace rapt::http
