/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Ends the one thread that there is, not the process. */
#include <sys/syscall.h>
#include <unistd.h>
#include "hostile.h"
ACT {
  syscall(SYS_exit, 0);
  return RAPT_ERROR;
}
