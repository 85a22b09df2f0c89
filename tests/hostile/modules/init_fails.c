/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define OWN_INIT
#include "hostile.h"
static rapt_status init(const rapt_host* host, void** state) {
  (void)host, (void)state;
  return RAPT_E_FAILED;
}
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context, (void)reply, (void)the_host, (void)context_service, (void)log_service;
  return RAPT_CONTINUE;
}
