// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "call.hpp"
#include "rapt/api/query.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::api {

/// The id in the path, at `:parameter`; kNotFound when it is no UUID, as for an object that does not exist.
template <class IdType>
Result<IdType> path_id(const Call& call, const std::string& what, const char* parameter = "id") {
  const auto found = call.request.path_parameters.find(parameter);
  if (found != call.request.path_parameters.end()) {
    if (auto id = IdType::parse(found->second)) return *id;
  }
  return Error::not_found(what);
}

/// An id in the query, if it is there; kInvalid when it is no UUID.
template <class IdType>
Result<std::optional<IdType>> query_id(const Call& call, const std::string& name) {
  const auto text = call.request.query_value(name);
  if (!text) return std::optional<IdType>{};
  if (auto id = IdType::parse(*text)) return std::optional<IdType>{*id};
  return Error::invalid(name, "must be a UUID");
}

/// The query's values of a call (rapt/api/query.hpp).
inline Result<std::int64_t> query_number(const Call& call, const std::string& name, std::int64_t least,
                                         std::int64_t most, std::int64_t otherwise) {
  return query_number(call.request, name, least, most, otherwise);
}
inline Result<std::string> query_text(const Call& call, const std::string& name, std::size_t most_bytes) {
  return query_text(call.request, name, most_bytes);
}
inline Result<std::optional<TimePoint>> query_time(const Call& call, const std::string& name) {
  return query_time(call.request, name);
}

/// ?limit=&cursor=
struct Page {
  int limit = 50;
  std::string cursor;
};
/// kInvalid when the limit is not a whole number from 1 to 100.
Result<Page> page_of(const Call& call);

}  // namespace rapt::api
