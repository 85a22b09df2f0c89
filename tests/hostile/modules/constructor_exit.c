/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <unistd.h>
#include "hostile.h"
__attribute__((constructor)) static void first(void) { _exit(0); }
ACT { return RAPT_CONTINUE; }
