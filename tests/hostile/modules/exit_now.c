/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <unistd.h>
#include "hostile.h"
ACT { _exit(0); }
