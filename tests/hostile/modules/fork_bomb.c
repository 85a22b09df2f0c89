/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* By every call that makes a process or a thread. Says how many attempts did not fail with EPERM. */
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "hostile.h"
ACT {
  long others = 0;
  for (int i = 0; i < 100; ++i) {
#ifdef SYS_fork
    others += outcome(syscall(SYS_fork)) != EPERM;
    others += outcome(syscall(SYS_vfork)) != EPERM;
#endif
    others += outcome(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0)) != EPERM;
    others += outcome(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, 0)) != EPERM;
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    others += outcome(syscall(SYS_clone3, &arguments, sizeof arguments)) != EPERM;
  }
  return tell(reply, others);
}
