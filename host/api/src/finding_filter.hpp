// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"
#include "rapt/usage/extractions.hpp"

namespace rapt::api {

/// ?type=&limit=&cursor= of the findings of one conversation or run.
Result<usage::ExtractionFilter> extraction_filter(const Call& call);

}  // namespace rapt::api
