// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "command.hpp"

namespace rapt::cli {

// What is done after the request.
int run_worker(Console& console, const Arguments& arguments);
int run_jobs_list(Console& console, const Arguments& arguments);
int run_jobs_retry(Console& console, const Arguments& arguments);

}  // namespace rapt::cli
