// SPDX-License-Identifier: AGPL-3.0-or-later
// Holds text back at a hook that has no windows, past the service that would refuse it.
#include "hostile.h"
#include "module.hpp"

ACT {
  (void)hook;
  tell(reply, 1);
  reply->body.held_bytes = 5;
  return RAPT_CONTINUE;
}
