/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdint.h>
#include <unistd.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context, (void)reply;
  const uint64_t many = UINT64_MAX - 1;
  for (;;) {
    if (write(4, &many, sizeof many) < 0) continue;
  }
}
