/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tries to survive forbidden calls. */
#include <signal.h>
#include "hostile.h"
static void survive(int number) { (void)number; }
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = survive;
  return tell(reply, outcome(sigaction(SIGSYS, &action, NULL)));
}
