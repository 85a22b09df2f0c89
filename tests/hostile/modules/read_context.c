/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Hands the whole context back, as the module sees it. */
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook;
  return reply_service->emit(reply, text_of("context"), context_service->json(context)) == RAPT_OK ? RAPT_CONTINUE : RAPT_ERROR;
}
