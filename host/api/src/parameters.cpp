// SPDX-License-Identifier: AGPL-3.0-or-later
#include "parameters.hpp"

#include <charconv>

#include "rapt/base/text.hpp"

namespace rapt::api {

Result<std::int64_t> query_number(const Call& call, const std::string& name, std::int64_t least, std::int64_t most,
                                  std::int64_t otherwise) {
  const auto text = call.request.query_value(name);
  if (!text) return otherwise;
  std::int64_t number = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, fault] = std::from_chars(text->data(), end, number);
  if (fault == std::errc{} && stop == end && number >= least && number <= most) return number;
  return Error::invalid(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

Result<void> without_repeats(const http::Request& request) {
  for (const auto& [name, value] : request.query) {
    if (request.query.count(name) > 1) return Error::invalid(printable(name, 100), "must not be there more than once");
  }
  return {};
}

Result<Page> page_of(const Call& call) {
  Page page;
  page.cursor = call.request.query_value("cursor").value_or("");
  const auto limit = query_number(call, "limit", 1, 100, page.limit);
  if (!limit) return limit.error();
  page.limit = static_cast<int>(*limit);
  return page;
}

}  // namespace rapt::api
