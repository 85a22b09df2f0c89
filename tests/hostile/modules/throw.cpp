// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdexcept>

#include "hostile.h"
static rapt_verdict act(rapt_hook, const rapt_context*, rapt_reply*) {
  throw std::runtime_error("across the boundary");
}
