/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <pthread.h>
#include "hostile.h"
static void* nothing(void* argument) { return argument; }
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  pthread_t thread;
  return tell(reply, pthread_create(&thread, NULL, nothing, NULL));
}
