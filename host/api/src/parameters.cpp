// SPDX-License-Identifier: AGPL-3.0-or-later
#include "parameters.hpp"

#include <charconv>

namespace rapt::api {

Result<Page> page_of(const Call& call) {
  Page page;
  page.cursor = call.request.query_value("cursor").value_or("");
  const auto limit = call.request.query_value("limit");
  if (!limit) return page;
  const auto* end = limit->data() + limit->size();
  const auto [stop, fault] = std::from_chars(limit->data(), end, page.limit);
  if (fault != std::errc{} || stop != end || page.limit < 1 || page.limit > 100) {
    return Error::invalid("limit", "must be a whole number from 1 to 100");
  }
  return page;
}

}  // namespace rapt::api
