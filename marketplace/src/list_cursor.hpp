// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"
#include "rapt/store/database.hpp"

namespace rapt::marketplace {

/// Where a page of a list ends that is sorted by a number and then by a name. Readers get it as "LIST_NUMBER_NAME"; the
/// first part names the order, so that one of another order is told apart.
struct ListCursor {
  std::int64_t key = 0;
  std::string name;  ///< up to 100 characters

  [[nodiscard]] std::string text(std::string_view list) const;
  /// "" is the first page. kInvalid, with the field "cursor", for everything that text(list) has not made.
  static Result<std::optional<ListCursor>> parse(std::string_view list, std::string_view text);
};

/// Binds two parameters, number and name; NULL both without a cursor.
store::Params& add_cursor(store::Params& params, const std::optional<ListCursor>& cursor);

/// How many a page has: `limit` of the query, 1 to 100, else 20.
inline constexpr std::int64_t kMostOfAPage = 100, kUsualPage = 20;

}  // namespace rapt::marketplace
