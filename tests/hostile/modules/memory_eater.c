/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Says after how many MiB it got no more. */
#include <stdlib.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  for (long mib = 0; mib < 100000; ++mib) {
    char* piece = (char*)malloc(1u << 20);
    if (piece == NULL) return tell(reply, mib);
    memset(piece, 1, 1u << 20);
  }
  return RAPT_ERROR;
}
