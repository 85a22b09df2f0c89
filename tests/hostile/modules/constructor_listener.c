/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Asks for a descriptor that hears of system calls. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "hostile.h"
__attribute__((constructor)) static void first(void) {
  struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const struct sock_fprog program = {1, allow};
  syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}
ACT { return RAPT_CONTINUE; }
