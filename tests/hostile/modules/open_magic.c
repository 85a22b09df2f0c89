/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one path that the loader could open. */
#include <fcntl.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  return tell(reply, outcome(open("/rapt-module.so", O_RDONLY)));
}
