/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reads how much time other processes have used; says how many told. */
#include <time.h>
#include "hostile.h"
ACT {
  long told = 0;
  for (int pid = 1; pid < 70000; ++pid) {
    struct timespec used;
    told += clock_gettime((clockid_t)(~(unsigned)pid << 3 | 2u), &used) == 0;
  }
  return tell(reply, told);
}
