/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Hands the services pointers that lead nowhere. */
#include "hostile.h"
ACT {
  const rapt_text nowhere = {(const char*)16, 64};
  return tell(reply, reply_service->replace(reply, nowhere));
}
