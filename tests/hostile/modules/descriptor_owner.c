/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signals to others by way of its descriptors. Says how many of the commands were not denied. */
#include <fcntl.h>
#include "hostile.h"
ACT {
  static const int commands[] = {F_SETOWN, F_SETSIG, F_SETOWN_EX, F_NOTIFY, F_SETLEASE, F_DUPFD, F_SETFL, F_ADD_SEALS, F_SETPIPE_SZ};
  long others = 0;
  for (int fd = 3; fd < 8; ++fd) {
    for (size_t i = 0; i < sizeof commands / sizeof *commands; ++i) others += outcome(fcntl(fd, commands[i], 1)) != EPERM;
  }
  return tell(reply, others);
}
