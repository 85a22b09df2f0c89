// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers the same call again and again, with bells.
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
  const std::uint64_t asked = context->header->sequence.load(std::memory_order_relaxed), one = 1;
  for (int i = 0; i < 1000; ++i) {
    header->sequence.store(asked, std::memory_order_release);
    if (write(4, &one, sizeof one) != sizeof one) return RAPT_ERROR;
  }
  return RAPT_CONTINUE;
}
