/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The number of a system call of another table: the build says which bits are added. */
#include <sys/syscall.h>
#include <unistd.h>
#include "hostile.h"
ACT { return tell(reply, outcome(syscall((long)(SYS_getpid | OTHER_TABLE), 0L))); }
