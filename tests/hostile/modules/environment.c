/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <unistd.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  long count = 0;
  for (char** variable = environ; variable && *variable; ++variable) ++count;
  return tell(reply, count);
}
