// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <vector>

#include "rapt/base/ids.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/jobs/queue.hpp"

namespace rapt::runs {

/// The jobs that the asynchronous hooks at run:complete need.
std::vector<jobs::NewJob> hook_jobs(const hooks::Dispatcher& dispatcher, const RunId& run,
                                    const std::vector<hooks::Attachment>& attachments);

}  // namespace rapt::runs
