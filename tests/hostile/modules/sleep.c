/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <unistd.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context, (void)reply;
  for (;;) sleep(1000);
}
