/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <sys/mman.h>
#include "hostile.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook;
  size_t page = (size_t)context_service->text(context, RAPT_FIELD_CURRENT_CONTENT).data & ~(size_t)4095;
  return tell(reply, outcome(mprotect((void*)page, 4096, PROT_READ | PROT_WRITE)));
}
