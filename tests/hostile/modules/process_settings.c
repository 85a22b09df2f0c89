/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every option of prctl: to be debuggable, to be traced, to outlive its parent, another name, its own filter. Says how
 * many of them were not denied. */
#include <sys/prctl.h>
#include "hostile.h"
ACT {
  long others = 0;
  for (int option = 0; option < 100; ++option) others += outcome(prctl(option, 1, 0, 0, 0)) != EPERM;
  for (int i = 0; i < 100000; ++i) others += outcome(prctl(PR_SET_NAME, "somebody-else")) != EPERM;
  others += outcome(prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0)) != EPERM;
  return tell(reply, others);
}
