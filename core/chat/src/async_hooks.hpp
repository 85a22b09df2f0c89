// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "rapt/base/ids.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/jobs/queue.hpp"

namespace rapt::chat {

/// The jobs that the asynchronous hooks at `point` need. `message_seq` is 0 for a hook about no message.
std::vector<jobs::NewJob> hook_jobs(const hooks::Dispatcher& dispatcher, hooks::Point point, const SessionId& session,
                                    std::int64_t message_seq, const std::vector<hooks::Attachment>& attachments);

}  // namespace rapt::chat
