// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/store/database.hpp"
#include "rapt/usage/extractions.hpp"

namespace rapt::usage {

/// Of a row with the columns of `extractions`.
Extraction extraction_from(const store::Row& row);

}  // namespace rapt::usage
