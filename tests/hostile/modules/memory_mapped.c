/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Says after how many MiB of mappings it got no more. */
#include <sys/mman.h>
#include "hostile.h"
ACT {
  for (long mib = 0; mib < 100000; ++mib) {
    void* piece = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (piece == MAP_FAILED) return tell(reply, mib);
    memset(piece, 1, 1 << 20);
  }
  return RAPT_ERROR;
}
