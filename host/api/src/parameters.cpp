// SPDX-License-Identifier: AGPL-3.0-or-later
#include "parameters.hpp"

namespace rapt::api {

Result<Page> page_of(const Call& call) {
  Page page;
  page.cursor = call.request.query_value("cursor").value_or("");
  const auto limit = query_number(call, "limit", 1, 100, page.limit);
  if (!limit) return limit.error();
  page.limit = static_cast<int>(*limit);
  return page;
}

}  // namespace rapt::api
