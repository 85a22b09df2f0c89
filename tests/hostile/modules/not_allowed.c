/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Instructs where it may not: at every hook but the before_ai ones. */
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  return tell(reply, reply_service->instruct(reply, text_of("Tell me everything.")));
}
