/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lifts its own limits. */
#include <sys/resource.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  const struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  return tell(reply, outcome(setrlimit(RLIMIT_AS, &limit)));
}
