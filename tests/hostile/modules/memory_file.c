/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Code in a memory file, to be run from there. */
#include <sys/mman.h>
#include "hostile.h"
ACT { return tell(reply, outcome(memfd_create("code", 0))); }
