// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/page_cursor.hpp"

#include <charconv>
#include <utility>

namespace rapt::store {

std::string PageCursor::text() const {
  return std::to_string(at.time_since_epoch().count()) + "_" + id;
}

Result<std::optional<PageCursor>> PageCursor::parse(std::string_view text) {
  if (text.empty()) return std::optional<PageCursor>{};
  constexpr std::int64_t kYear9999 = 253'402'300'800'000'000;
  const auto line = text.find('_');
  const auto number = text.substr(0, line);
  std::int64_t micros = 0;
  const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), micros);
  auto id = line == std::string_view::npos ? std::nullopt : canonical_uuid(text.substr(line + 1));
  if (fault != std::errc{} || end != number.data() + number.size() || !id || micros < 0 || micros > kYear9999) {
    return Error::invalid("cursor",
                          "is not a cursor of this list: take next_cursor of the page before, or leave it out");
  }
  return std::optional<PageCursor>{PageCursor{TimePoint(std::chrono::microseconds(micros)), std::move(*id)}};
}

Params& add_page(Params& params, const std::optional<PageCursor>& cursor) {
  if (!cursor) return params.add_null().add_null();
  return params.add(cursor->at).add(std::string_view(cursor->id));
}

}  // namespace rapt::store
