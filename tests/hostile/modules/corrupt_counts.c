/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "corrupt.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  layout(reply)->body.extraction_count = 1000000;
  return RAPT_CONTINUE;
}
