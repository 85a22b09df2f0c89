/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.stream/1 (since ABI 1.1): what a module may do at "chat:on_delta", beside its verdict.
 *
 * While the AI writes an answer, the host cuts it into windows as the manifest of the module asks (by token, by sentence, or
 * by size) and asks the module about each, in order, before any of it reaches the next module or the reader. The window is the
 * current message of the context (RAPT_FIELD_CURRENT_CONTENT). The verdict says what becomes of it:
 *
 *   RAPT_CONTINUE  the window passes, but for what `hold` keeps back
 *   RAPT_REPLACE   the text given to `rapt_reply_1.replace` (it may be empty here) takes the place of what would have passed
 *   RAPT_BLOCK     the answer ends here: neither this window nor anything later is shown; the reader gets the reason
 *   RAPT_ERROR     the fail policy decides
 *
 * What is held back comes again, at the start of the next window, so that a module sees whole what the cut went through: a
 * name, a sentence, a number. Nothing is kept in the module between two windows unless it wants to: the next window of the
 * same answer may be asked of another process of the module.
 */
#ifndef RAPT_STREAM_H
#define RAPT_STREAM_H

#include <rapt/abi.h>
#include <rapt/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_STREAM_1 "rapt.stream/1"

/** The most that may be held back, in bytes. A window with more than this behind it has to let something go. */
#define RAPT_STREAM_MAX_HELD 65536u

/** The service. Asked for at `init`; a host of ABI 1.0 has none. */
typedef struct rapt_stream_1 {
  /**
   * Keeps the last `bytes` bytes of the window back. The last call counts; 0 lets everything go. The cut must not lie within
   * a UTF-8 sequence. With RAPT_REPLACE, the replacement stands for the part of the window that is not held back.
   * Counts with RAPT_CONTINUE and RAPT_REPLACE. state: while the hook that was handed `reply` runs.
   * failure, and what was said before stays: RAPT_E_NOT_ALLOWED (another hook; more than 0 at the last
   * window: there is no later one), RAPT_E_TOO_LARGE (more than the window, or more than RAPT_STREAM_MAX_HELD),
   * RAPT_E_INVALID (within a UTF-8 sequence).
   */
  rapt_status (*hold)(rapt_reply* reply, size_t bytes);
} rapt_stream_1;

#ifdef __cplusplus
}
#endif
#endif
