// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "call.hpp"
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

/// A whole number in the query, or `otherwise` without it; kInvalid when it is none, or not within the bounds.
Result<std::int64_t> query_number(const Call& call, const std::string& name, std::int64_t least, std::int64_t most,
                                  std::int64_t otherwise);

/// kInvalid when a parameter of the query is there twice: which of them was meant?
Result<void> without_repeats(const http::Request& request);

/// ?limit=&cursor=
struct Page {
  int limit = 50;
  std::string cursor;
};
/// kInvalid when the limit is not a whole number from 1 to 100.
Result<Page> page_of(const Call& call);

}  // namespace rapt::api
