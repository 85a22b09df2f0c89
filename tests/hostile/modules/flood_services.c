/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every service in a loop, with the largest that it takes. Says how many findings were taken. */
#include "hostile.h"
ACT {
  static char large[1 << 20];
  memset(large, 'x', sizeof large);
  const rapt_text text = {large, sizeof large}, line = {large, 1000};
  long taken = 0;
  for (int i = 0; i < 200; ++i) reply_service->replace(reply, text);
  for (int i = 0; i < 20000; ++i) {
    taken += reply_service->emit(reply, text_of("result"), text_of("31")) == RAPT_OK;
    reply_service->block(reply, line);
    reply_service->instruct(reply, line);
    log_service->write(the_host, RAPT_LOG_DEBUG, line);
  }
  for (int i = 0; i < 100; ++i) context_service->json(context);
  return taken == 32 ? RAPT_CONTINUE : RAPT_ERROR;
}
