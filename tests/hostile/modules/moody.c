/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Does what the message says, and says what it does: "error", "crash", "sleep MS", or nothing at all. */
#define OWN_INIT
#include "hostile.h"

#include <time.h>

static rapt_status init(const rapt_host* host, void** state) {
  *state = NULL;
  the_host = host;
  context_service = (const rapt_context_1*)host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  reply_service = (const rapt_reply_1*)host->get_service(host, RAPT_SERVICE_REPLY_1);
  log_service = (const rapt_log_1*)host->get_service(host, RAPT_SERVICE_LOG_1);
  log_service->write(the_host, RAPT_LOG_INFO, text_of("waking up"));
  return RAPT_OK;
}

ACT {
  (void)hook;
  const rapt_text content = context_service->text(context, RAPT_FIELD_CURRENT_CONTENT);
  char text[64];
  snprintf(text, sizeof text, "%.*s", (int)content.size, content.data ? content.data : "");
  if (strcmp(text, "error") == 0) return RAPT_ERROR;
  if (strcmp(text, "crash") == 0) {
    log_service->write(the_host, RAPT_LOG_ERROR, text_of("farewell"));
    abort();
  }
  long ms = 0;
  if (sscanf(text, "sleep %ld", &ms) == 1) {
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
  }
  return tell(reply, ms);
}
