/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  static char large[70000];
  memset(large, '1', sizeof large);
  const rapt_text json = {large, sizeof large};
  if (reply_service->emit(reply, text_of("large"), json) != RAPT_E_TOO_LARGE) return RAPT_ERROR;
  for (int i = 0; i < 31; ++i) {
    if (reply_service->emit(reply, text_of("one"), text_of("1")) != RAPT_OK) return RAPT_ERROR;
  }
  tell(reply, 32);
  return reply_service->emit(reply, text_of("one"), text_of("1")) == RAPT_E_TOO_LARGE ? RAPT_CONTINUE : RAPT_ERROR;
}
