// SPDX-License-Identifier: AGPL-3.0-or-later
#include "versions.hpp"

#include <charconv>

namespace rapt::api {

http::Response with_version(http::Response response, TimePoint updated_at) {
  response.headers.set("ETag", "\"" + std::to_string(updated_at.time_since_epoch().count()) + "\"");
  return response;
}

Result<std::optional<TimePoint>> expected_version(const Call& call) {
  const auto field = call.request.headers.get("If-Match");
  if (!field || *field == "*") return std::optional<TimePoint>{};
  std::string_view tag = *field;
  TimePoint::duration::rep number = 0;
  if (tag.size() > 2 && tag.starts_with('"') && tag.ends_with('"')) {
    tag = tag.substr(1, tag.size() - 2);
    const auto [stop, fault] = std::from_chars(tag.data(), tag.data() + tag.size(), number);
    if (fault == std::errc{} && stop == tag.data() + tag.size())
      return std::optional<TimePoint>{TimePoint(TimePoint::duration(number))};
  }
  Error error = Error::conflict("If-Match names a state that this object has not been in: read it again.");
  error.code = "PRECONDITION_FAILED";
  return error;
}

}  // namespace rapt::api
