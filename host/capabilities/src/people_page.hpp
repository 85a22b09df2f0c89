// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "rapt/base/result.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {

/// `{"items": […], "next_cursor": …}` of rows with the columns `item` (a JSON object) and `key` (where the next page
/// begins). One row more than `limit` says that there are more. A page ends early when the next item would make it
/// larger than an answer may be; kTooLarge when not even the first one fits. `user`: whom an item is about, as its
/// member "user", which the rows' items do not have; may be empty.
Result<std::string> page_of(const store::Rows& rows, std::int64_t limit,
                            const std::function<std::string(const store::Row&)>& user = {});

}  // namespace rapt::host
