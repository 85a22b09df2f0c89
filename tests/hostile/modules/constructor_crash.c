/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "hostile.h"
__attribute__((constructor)) static void first(void) { *(volatile int*)8 = 1; }
ACT { return RAPT_CONTINUE; }
