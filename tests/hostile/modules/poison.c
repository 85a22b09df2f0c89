/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tells the kernel that a page of memory is broken. */
#include <sys/mman.h>
#include "hostile.h"
ACT { return tell(reply, outcome(madvise((void*)((size_t)&hooks & ~(size_t)4095), 4096, MADV_HWPOISON))); }
