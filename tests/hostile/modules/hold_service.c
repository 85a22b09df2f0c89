/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Asks to hold text back at a hook that has no windows. */
#include <rapt/stream.h>
#include "hostile.h"
ACT {
  const rapt_stream_1* stream = (const rapt_stream_1*)the_host->get_service(the_host, RAPT_SERVICE_STREAM_1);
  return stream == NULL ? RAPT_ERROR : tell(reply, stream->hold(reply, 3));
}
