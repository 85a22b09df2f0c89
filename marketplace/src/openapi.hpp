// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "call.hpp"

namespace rapt::marketplace {

/// One file of marketplace/openapi, part of the program: what the table of routes cannot say. By "METHOD pattern": id,
/// summary, query (names, or whole parameters), body (a schema) or binary, answers (data, list, schema or a content
/// type), errors.
struct DescriptionFile {
  std::string_view area;
  std::string_view text;
};
std::span<const DescriptionFile> description_files();

/// The registry's API in OpenAPI 3.1, and what is wrong with the descriptions: a route without one, a name twice.
struct Description {
  std::string document;
  std::vector<std::string> faults;
};
Description describe(std::span<const Route> routes, std::span<const DescriptionFile> files);

/// The description of this program, made once. Thread-safe.
const Description& own_description();

/// kInvalid for a parameter of the query that the route's description does not name: a misspelt "limt" is told and not
/// overlooked.
Result<void> without_unknown(const Route& route, const http::Request& request);

Task<Result<http::Response>> get_openapi(Call& call);

}  // namespace rapt::marketplace
