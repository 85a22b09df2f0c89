/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  reply_service->block(reply, text_of("Please ask your teacher about this."));
  return RAPT_BLOCK;
}
