// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

namespace rapt::api {

/// Work of modules: module_jobs_routes.cpp.
Task<Result<Answer>> get_module_jobs(Call& call);
Task<Result<Answer>> post_module_job_retry(Call& call);
Task<Result<Answer>> delete_module_job(Call& call);

}  // namespace rapt::api
