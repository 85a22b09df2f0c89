/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <sys/mman.h>
#include "hostile.h"
ACT {
  const void* area = mmap(NULL, 1 << 21, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  return tell(reply, area == MAP_FAILED ? errno : 0);
}
