/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Makes memory executable while it is loaded. */
#include <sys/mman.h>
#include "hostile.h"
__attribute__((constructor)) static void first(void) {
  mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
ACT { return RAPT_CONTINUE; }
