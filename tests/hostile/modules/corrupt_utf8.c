/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "corrupt.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  reply_service->replace(reply, text_of("xx"));
  memcpy(layout(reply)->area + layout(reply)->body.text.offset, "\xff\xfe", 2);
  return RAPT_REPLACE;
}
