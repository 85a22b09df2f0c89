// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::schema {

/// A small document that fits the schema, made of its defaults, examples and bounds: JSON. It has what is required, and
/// no more. kInvalid when the text is no schema; kUnprocessable when no document was found that fits.
Result<std::string> example_of(std::string_view schema_json);

}  // namespace rapt::schema
