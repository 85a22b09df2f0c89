/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One mapping that grows and grows; says to how many MiB it came. */
#include <sys/mman.h>
#include "hostile.h"
ACT {
  const size_t mib = 1 << 20;
  char* piece = (char*)mmap(NULL, mib, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (size_t size = 1; size < 100000; ++size) {
    char* grown = (char*)mremap(piece, size * mib, (size + 1) * mib, MREMAP_MAYMOVE);
    if (grown == MAP_FAILED) return tell(reply, (long)size);
    piece = grown;
    memset(piece + size * mib, 1, mib);
  }
  return RAPT_ERROR;
}
