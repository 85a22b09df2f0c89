/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One path that the build names. */
#include <fcntl.h>
#include "hostile.h"
ACT { return tell(reply, outcome(open(OPEN_PATH, OPEN_FLAGS, 0600))); }
