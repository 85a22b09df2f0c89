// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "call.hpp"

namespace rapt::api {

/// One file of host/api/openapi, part of the program: what the table of routes cannot say. Its shape is in
/// host/api/openapi/README.md; "base" holds what belongs to no area.
struct DescriptionFile {
  std::string_view area;
  std::string_view text;
};
std::span<const DescriptionFile> description_files();

/// The API in OpenAPI 3.1, and everything that is wrong with the descriptions: a route without one, one without a
/// route, a reference to nothing, a name twice, a body's field that nobody explains, a component that nobody uses.
struct Description {
  std::string document;
  std::vector<std::string> faults;
};
Description describe(std::span<const Route> routes, std::span<const DescriptionFile> files);

/// The description of this program, made once. Thread-safe.
const Description& own_description();

}  // namespace rapt::api
