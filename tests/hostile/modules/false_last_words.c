/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Claims nonsense about its end. */
#include <unistd.h>
#include "corrupt.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  header_of(reply)->last_words = 0xFFFFFFFFu;
  header_of(reply)->forbidden_call = 0xFFFFFFFFu;
  _exit(121);
}
