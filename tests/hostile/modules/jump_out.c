/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Jumps to where its init was: a frame that is gone. */
#include <setjmp.h>
#define OWN_INIT
#include "hostile.h"
static jmp_buf gone;
__attribute__((noinline)) static void deep(volatile char* space) {
  if (setjmp(gone) != 0) *(volatile int*)(size_t)space[0] = 1;
}
static rapt_status init(const rapt_host* host, void** state) {
  volatile char space[4096];
  space[0] = 0;
  *state = NULL, the_host = host;
  reply_service = (const rapt_reply_1*)host->get_service(host, RAPT_SERVICE_REPLY_1);
  (void)context_service, (void)log_service;
  deep(space);
  return RAPT_OK;
}
ACT { longjmp(gone, 1); }
