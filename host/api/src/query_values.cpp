// SPDX-License-Identifier: AGPL-3.0-or-later
#include "query_values.hpp"

#include "rapt/base/text.hpp"

namespace rapt::api {

Result<std::string> query_text(const Call& call, const std::string& name, std::size_t most_bytes) {
  auto text = call.request.query_value(name);
  if (!text) return std::string();
  if (text->empty() || text->size() > most_bytes || !is_utf8(*text) || text->find('\0') != std::string::npos)
    return Error::invalid(name, "must be a text of 1 to " + std::to_string(most_bytes) + " bytes in UTF-8");
  return std::move(*text);
}

Result<std::optional<TimePoint>> query_time(const Call& call, const std::string& name) {
  const auto text = call.request.query_value(name);
  if (!text) return std::optional<TimePoint>{};
  // From 1970 to 9999: what every part takes.
  static const auto begin = TimePoint{}, end = *parse_time("9999-12-31T00:00:00Z");
  if (const auto time = parse_time(*text); time && *time >= begin && *time < end) return time;
  return Error::invalid(name, "must be a time such as 2026-11-01T00:00:00Z");
}

}  // namespace rapt::api
