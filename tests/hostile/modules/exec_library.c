/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Runs the one file that it had a descriptor of. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "hostile.h"
ACT { return tell(reply, outcome(syscall(SYS_execveat, 5, "", NULL, NULL, AT_EMPTY_PATH))); }
