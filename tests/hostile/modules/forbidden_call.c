/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One system call that no module needs; FORBIDDEN_CALL comes from the build. */
#include <sys/syscall.h>
#include <unistd.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  return tell(reply, outcome(syscall(FORBIDDEN_CALL, 0L, 0L, 0L, 0L, 0L, 0L)));
}
