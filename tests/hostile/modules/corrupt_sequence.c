/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Answers a call that nobody made. */
#include "corrupt.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  header_of(reply)->sequence += 5;
  for (;;) {
    const uint64_t one = 1;
    extern long write(int, const void*, size_t);
    write(4, &one, sizeof one);
  }
}
