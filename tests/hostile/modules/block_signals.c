/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Blocks the signal that forbidden calls raise. */
#include <signal.h>
#include "hostile.h"
ACT {
  sigset_t all;
  sigfillset(&all);
  return tell(reply, outcome(sigprocmask(SIG_SETMASK, &all, NULL)));
}
