/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A lock with priority inheritance. */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "hostile.h"
ACT {
  static int word;
  return tell(reply, outcome(syscall(SYS_futex, &word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0)));
}
