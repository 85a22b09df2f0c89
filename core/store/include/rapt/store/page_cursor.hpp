// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rapt/store/database.hpp"

namespace rapt::store {

/// Where a page of a list ends that is sorted by time and then by id. Readers get it as
/// "<microseconds since 1970>_<id>", so that a page starts at its place also when the row there has gone.
struct PageCursor {
  TimePoint at{};
  std::string id;  ///< a UUID in its canonical form

  [[nodiscard]] std::string text() const;
  /// "" is the first page: no cursor. kInvalid, with the field "cursor", for everything that text() has not made.
  static Result<std::optional<PageCursor>> parse(std::string_view text);
};

/// Binds two parameters, time and id; NULL both without a cursor.
Params& add_page(Params& params, const std::optional<PageCursor>& cursor);

}  // namespace rapt::store
