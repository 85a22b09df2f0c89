// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/query.hpp"

#include <charconv>

#include "rapt/base/text.hpp"

namespace rapt::api {

Result<std::int64_t> query_number(const http::Request& request, const std::string& name, std::int64_t least,
                                  std::int64_t most, std::int64_t otherwise) {
  const auto text = request.query_value(name);
  if (!text) return otherwise;
  std::int64_t number = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, fault] = std::from_chars(text->data(), end, number);
  if (fault == std::errc{} && stop == end && number >= least && number <= most) return number;
  return Error::invalid(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

Result<std::string> query_text(const http::Request& request, const std::string& name, std::size_t most_bytes) {
  auto text = request.query_value(name);
  if (!text) return std::string();
  if (text->empty() || text->size() > most_bytes || !is_utf8(*text) || text->find('\0') != std::string::npos)
    return Error::invalid(name, "must be a text of 1 to " + std::to_string(most_bytes) + " bytes in UTF-8");
  return std::move(*text);
}

Result<std::optional<TimePoint>> query_time(const http::Request& request, const std::string& name) {
  const auto text = request.query_value(name);
  if (!text) return std::optional<TimePoint>{};
  // From 1970 to 9999: what every part takes.
  static const auto begin = TimePoint{}, end = *parse_time("9999-12-31T00:00:00Z");
  if (const auto time = parse_time(*text); time && *time >= begin && *time < end) return time;
  return Error::invalid(name, "must be a time such as 2026-11-01T00:00:00Z");
}

Result<void> without_repeats(const http::Request& request) {
  for (const auto& [name, value] : request.query) {
    if (request.query.count(name) > 1) return Error::invalid(printable(name, 100), "must not be there more than once");
  }
  return {};
}

}  // namespace rapt::api
