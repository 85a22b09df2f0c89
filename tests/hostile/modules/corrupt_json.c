/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "corrupt.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  reply_service->emit(reply, text_of("result"), text_of("[1]"));
  memcpy(layout(reply)->area + layout(reply)->body.extractions[0][1].offset, "{{{", 3);
  return RAPT_CONTINUE;
}
