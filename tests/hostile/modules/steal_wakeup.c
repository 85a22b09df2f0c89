/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdint.h>
#include <unistd.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  uint64_t count;
  return tell(reply, read(3, &count, sizeof count));
}
