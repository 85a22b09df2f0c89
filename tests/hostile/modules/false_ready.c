/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Says that it is ready before the second filter is in force, and never comes back. */
#include <stdint.h>
#include <unistd.h>
#define OWN_INIT
#include "corrupt.h"
static rapt_status init(const rapt_host* host, void** state) {
  (void)state, (void)the_host, (void)context_service, (void)reply_service;
  log_service = (const rapt_log_1*)host->get_service(host, RAPT_SERVICE_LOG_1);
  for (;;) {
    const uint64_t one = 1;
    if (write(4, &one, sizeof one) < 0) continue;
  }
}
ACT { return RAPT_CONTINUE; }
