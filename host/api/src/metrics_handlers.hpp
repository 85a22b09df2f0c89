// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

namespace rapt::api {

/// For whoever runs this machine, or knows METRICS_TOKEN (docs/metrics.md).
Task<Result<Answer>> get_metrics(Call& call);

}  // namespace rapt::api
