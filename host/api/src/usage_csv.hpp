// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/usage/reports.hpp"

namespace rapt::api {

/// Calls to models as CSV (RFC 4180), for spreadsheets: no cell is taken for a formula.
std::string usage_csv_header();
std::string usage_csv(const std::vector<usage::Entry>& entries);

}  // namespace rapt::api
