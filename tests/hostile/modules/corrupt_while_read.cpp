// SPDX-License-Identifier: AGPL-3.0-or-later
// Keeps changing its answer while the host reads it.
#include <unistd.h>

#include "hostile.h"
#include "module.hpp"

namespace wire = rapt::sandbox::wire;

ACT {
  (void)hook;
  reply_service->replace(reply, text_of("{}"));
  tell(reply, 1);
  // Who is asked alone is asked in slot 1.
  auto* header = reinterpret_cast<wire::ReplyHeader*>(reply->area - wire::reply_slot_offset(1));
  auto* shared = reinterpret_cast<wire::ReplyBody*>(reply->area);
  *shared = reply->body;
  shared->verdict = RAPT_REPLACE;
  const std::uint64_t asked = context->header->sequence.load(std::memory_order_relaxed), one = 1;
  header->sequence.store(asked, std::memory_order_release);
  if (write(4, &one, sizeof one) != sizeof one) return RAPT_ERROR;
  volatile auto* body = shared;
  volatile unsigned char* text = reply->area + reply->body.text.offset;
  for (unsigned i = 0; i < 200000; ++i) {
    body->text.size = i % 3 == 0 ? ~0u : 2;
    body->text.offset = i % 5 == 0 ? ~0u : reply->body.text.offset;
    body->extraction_count = i % 7 == 0 ? ~0u : 1;
    body->verdict = i % 11;
    text[0] = static_cast<unsigned char>(i);
  }
  return RAPT_REPLACE;
}
