/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Maps a descriptor as shared memory. */
#include <sys/mman.h>
#include "hostile.h"
ACT {
  const void* area = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 5, 0);
  return tell(reply, area == MAP_FAILED ? errno : 0);
}
