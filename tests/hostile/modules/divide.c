/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "hostile.h"
ACT {
  volatile int seven = 7, zero = 0;
  return (rapt_verdict)(seven / zero);
}
