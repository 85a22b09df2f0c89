// SPDX-License-Identifier: AGPL-3.0-or-later
// The parts of manifest.json that have rules of their own.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "json_reader.hpp"
#include "rapt/bundle/manifest.hpp"

namespace rapt::bundle {

/// "abi": "1.1", or {"min": "1.0", "built": "1.1"}.
void read_abi(JsonReader& in, Manifest& out);
void read_hooks(JsonReader& in, Manifest& out);
/// Every point that a manifest may name, without the older names.
std::span<const std::string_view> hook_point_names();
void read_permissions(JsonReader& in, Manifest& out);
void read_extractions(JsonReader& in, Manifest& out);
/// "routes", "jobs", "events", "panels" and "exports": each wants the permission of its name.
void read_calls(JsonReader& in, Manifest& out);
/// "dependencies": other modules and the versions of them that will do.
void read_dependencies(JsonReader& in, Manifest& out);

/// "a, b, c".
std::string list_of(std::span<const std::string_view> names);
/// " Did you mean "log"?" when one of the names is a slip of the pen away from `wrong`; "" otherwise.
std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> names);

}  // namespace rapt::bundle
