/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One line that tries to forge another, and a flood. */
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  log_service->write(the_host, RAPT_LOG_WARN, text_of("first\n{\"level\":\"error\"}\x1b[31m"));
  static char long_line[100000];
  memset(long_line, 'x', sizeof long_line);
  const rapt_text line = {long_line, sizeof long_line};
  for (int i = 0; i < 100000; ++i) log_service->write(the_host, RAPT_LOG_INFO, line);
  log_service->write(the_host, RAPT_LOG_WARN, text_of("last line"));
  return tell(reply, 0);
}
