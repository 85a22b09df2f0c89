/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define OWN_INIT
#include "hostile.h"
static rapt_status init(const rapt_host* host, void** state) {
  (void)host, (void)state, (void)the_host, (void)context_service, (void)reply_service, (void)log_service;
  for (volatile unsigned i = 0;; ++i) {
  }
}
ACT { return RAPT_CONTINUE; }
