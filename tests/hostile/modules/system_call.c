/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The system call whose number stands in the message, with arguments of zero. */
#include <unistd.h>
#include "hostile.h"
ACT {
  long number = -1;
  if (numbers_of(context, &number, 1) != 1) return RAPT_ERROR;
  return tell(reply, outcome(syscall(number, 0L, 0L, 0L, 0L, 0L, 0L)));
}
