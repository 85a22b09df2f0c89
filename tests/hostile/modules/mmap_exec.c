/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <sys/mman.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context;
  const void* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return tell(reply, page == MAP_FAILED ? errno : 0);
}
