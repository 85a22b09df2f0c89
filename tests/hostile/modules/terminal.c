/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <sys/ioctl.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  char c = 'x';
  return tell(reply, outcome(ioctl(0, TIOCSTI, &c)));
}
