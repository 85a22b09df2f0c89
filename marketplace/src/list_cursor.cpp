// SPDX-License-Identifier: AGPL-3.0-or-later
#include "list_cursor.hpp"

#include <charconv>

#include "rapt/base/text.hpp"

namespace rapt::marketplace {

std::string ListCursor::text(std::string_view list) const {
  return std::string(list) + "_" + std::to_string(key) + "_" + name;
}

Result<std::optional<ListCursor>> ListCursor::parse(std::string_view list, std::string_view text) {
  if (text.empty()) return std::optional<ListCursor>{};
  const auto wrong = Error::invalid(
      "cursor", "is not a cursor of this list in this order: take next_cursor of the page before, or leave it out");
  const auto first = text.find('_');
  if (first == std::string_view::npos || text.substr(0, first) != list) return wrong;
  const auto rest = text.substr(first + 1);
  const auto second = rest.find('_');
  if (second == std::string_view::npos) return wrong;
  ListCursor out;
  const auto number = rest.substr(0, second), name = rest.substr(second + 1);
  const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), out.key);
  const bool whole = fault == std::errc{} && end == number.data() + number.size() && !number.empty();
  if (!whole || name.empty() || name.size() > 100 || !is_utf8(name) || name.find('\0') != std::string_view::npos)
    return wrong;
  out.name = std::string(name);
  return std::optional(std::move(out));
}

store::Params& add_cursor(store::Params& params, const std::optional<ListCursor>& cursor) {
  if (!cursor) return params.add_null().add_null();
  return params.add(cursor->key).add(cursor->name);
}

}  // namespace rapt::marketplace
