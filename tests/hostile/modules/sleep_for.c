/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sleeps for as many milliseconds as the message says, then answers. */
#include <time.h>
#include "hostile.h"
ACT {
  long ms = 0;
  if (numbers_of(context, &ms, 1) != 1) return RAPT_ERROR;
  const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
  return tell(reply, ms);
}
