/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Findings under names that are somebody else's, or none. Says how many were taken. */
#include "hostile.h"
ACT {
  const char* names[] = {"", "Safety-Filter", "safety-filter/flag", "../neighbor", "a b", "a\nb", "-", ".", "a--b", "a.", "\xc3\xa4"};
  long taken = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i)
    taken += reply_service->emit(reply, text_of(names[i]), text_of("1")) == RAPT_OK;
  const rapt_text lost = {NULL, 1000};
  taken += reply_service->emit(reply, lost, lost) == RAPT_OK;
  return tell(reply, taken);
}
