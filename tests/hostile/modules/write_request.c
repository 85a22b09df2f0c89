/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)reply;
  char* content = (char*)(size_t)context_service->text(context, RAPT_FIELD_CURRENT_CONTENT).data;
  *content = 'X';
  return RAPT_CONTINUE;
}
