/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <fcntl.h>
#include "hostile.h"
static long result = -1;
__attribute__((constructor)) static void before_main(void) { result = outcome(open("/etc/passwd", O_RDONLY)); }
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  return tell(reply, result);
}
