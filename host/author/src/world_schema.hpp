// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "rapt/base/error.hpp"

namespace rapt::author {

/// What of a JSON text does not fit sdk/world/world.schema.json.
std::vector<FieldError> faults_by_schema(std::string_view text);

}  // namespace rapt::author
