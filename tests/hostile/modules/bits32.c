/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* getpid by the 32-bit entry, whose numbers mean other calls: a filter that knew one architecture only would be fooled. */
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
#if defined(__x86_64__)
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
  return tell(reply, result);
#else
  (void)reply;
  __builtin_trap();
#endif
}
