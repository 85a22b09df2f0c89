/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Asks for what it was not given. Says how many services it got by unknown names. */
#include "hostile.h"
ACT {
  static char long_name[100000];
  memset(long_name, 'x', sizeof long_name - 1);
  const char* names[] = {"", "rapt.storage/1", "rapt.http/1", "rapt.routes/1", "rapt.context/2", "rapt.reply/0", "rapt.log/1 ",
                         "rapt.admin/1", "../rapt.log/1", "%s%s%n", "\xff\xfe", long_name};
  long got = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) got += the_host->get_service(the_host, names[i]) != NULL;
  return tell(reply, got);
}
