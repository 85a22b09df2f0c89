// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "acting.hpp"

namespace rapt::host {

/// What rapt.directory's read answers: a page as JSON. kInvalid with the field.
Task<Result<std::string>> read_directory(store::Database& database, const ServiceRequest& request, Acting acting);

}  // namespace rapt::host
