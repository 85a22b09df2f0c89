// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/store/database.hpp"

namespace rapt::install {

/// kConflict unless the operation still runs; it cannot be taken for dead before the transaction ends.
Result<void> check_operation(store::Transaction& tx, const std::string& id);

}  // namespace rapt::install
