/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One kind of socket that the build names. */
#include <sys/socket.h>
#include "hostile.h"
ACT { return tell(reply, outcome(socket(SOCKET_FAMILY, SOCKET_TYPE, 0))); }
