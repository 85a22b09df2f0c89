/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <sys/ptrace.h>
#include "hostile.h"
ACT { return tell(reply, ptrace(PTRACE_ATTACH, 1, NULL, NULL) < 0 ? errno : 0); }
