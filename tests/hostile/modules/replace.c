/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook;
  const rapt_text content = context_service->text(context, RAPT_FIELD_CURRENT_CONTENT);
  char text[256];
  const int size = snprintf(text, sizeof text, "[%.*s]", (int)content.size, content.data);
  const rapt_text replacement = {text, (size_t)size};
  return reply_service->replace(reply, replacement) == RAPT_OK ? RAPT_REPLACE : RAPT_ERROR;
}
