/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <sys/socket.h>
#include "hostile.h"
__attribute__((constructor)) static void before_main(void) { socket(AF_INET, SOCK_STREAM, 0); }
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context, (void)reply;
  return RAPT_CONTINUE;
}
