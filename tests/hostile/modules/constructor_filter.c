/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Adds a filter of its own that answers the runner's second one with "done", and then makes memory executable: what
 * the first filter allows is all that is left to hold it. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "hostile.h"
__attribute__((constructor)) static void first(void) {
  struct sock_filter swallow[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
                                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
                                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const struct sock_fprog program = {4, swallow};
  syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
ACT {
  char* page = (char*)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return tell(reply, outcome(mprotect(page, 4096, PROT_READ | PROT_EXEC)));
}
