/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Claims four thousand million lines of four thousand million bytes. */
#include "corrupt.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  memset(header_of(reply)->log, 0xFF, sizeof header_of(reply)->log);
  header_of(reply)->log_written = 0xFFFFFFF0u;
  return tell(reply, 0);
}
