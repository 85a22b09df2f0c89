/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <signal.h>
#include "hostile.h"
ACT { return tell(reply, outcome(kill(-1, SIGKILL))); }
