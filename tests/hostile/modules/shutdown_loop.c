/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define OWN_SHUTDOWN
#include "hostile.h"
static void shutdown_module(void* state) {
  (void)state;
  for (volatile unsigned i = 0;; ++i) {
  }
}
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context, (void)reply;
  return RAPT_CONTINUE;
}
