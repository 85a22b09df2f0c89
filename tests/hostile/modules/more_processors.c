/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <sched.h>
#include "hostile.h"
ACT {
  cpu_set_t all;
  memset(&all, 0xFF, sizeof all);
  return tell(reply, outcome(sched_setaffinity(0, sizeof all, &all)));
}
