/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Unwinds the stack through the runner. */
#include <pthread.h>
#include "hostile.h"
ACT { pthread_exit(NULL); }
