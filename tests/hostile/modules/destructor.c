/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Leaves by exit(), so that its destructor runs, which tries what is forbidden. */
#include <sys/socket.h>
#include "hostile.h"
__attribute__((destructor)) static void at_exit(void) { socket(AF_INET, SOCK_STREAM, 0); }
ACT { exit(0); }
