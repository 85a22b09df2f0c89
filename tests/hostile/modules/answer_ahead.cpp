// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers, and goes on to answer what it has not been asked yet.
#include <time.h>
#include <unistd.h>

#include "hostile.h"
#include "module.hpp"

namespace wire = rapt::sandbox::wire;

ACT {
  (void)hook;
  tell(reply, 1);
  // Who is asked alone is asked in slot 1.
  auto* header = reinterpret_cast<wire::ReplyHeader*>(reply->area - wire::reply_slot_offset(1));
  auto* shared = reinterpret_cast<wire::ReplyBody*>(reply->area);
  *shared = reply->body;
  shared->verdict = RAPT_CONTINUE;
  const std::uint64_t one = 1;
  for (std::uint64_t next = context->header->sequence.load(std::memory_order_relaxed);; ++next) {
    header->sequence.store(next, std::memory_order_release);
    if (write(4, &one, sizeof one) != sizeof one) return RAPT_ERROR;
    const timespec a_moment{0, 5000000};
    nanosleep(&a_moment, nullptr);
  }
}
