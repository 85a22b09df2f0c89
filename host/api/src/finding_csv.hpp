// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/usage/findings.hpp"

namespace rapt::api {

/// Findings as CSV: docs/api.md names the columns.
std::string finding_csv_header();
std::string finding_csv(const std::vector<usage::Finding>& findings);

}  // namespace rapt::api
