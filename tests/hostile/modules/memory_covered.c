/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Puts a mapping of its own on top of the code of the C library. */
#include <stdint.h>
#include <sys/mman.h>
#include "hostile.h"
ACT {
  void* mine = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  void* theirs = (void*)((uintptr_t)&strlen & ~(uintptr_t)4095);
  return tell(reply, mremap(mine, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, theirs) == MAP_FAILED ? errno : 0);
}
