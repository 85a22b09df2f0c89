/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.reply/1: what a hook says beside its verdict. All texts are copied before the function returns.
 * What a function refuses leaves the reply as it was; the module may go on. Beyond 4 MiB in one reply, all texts together,
 * every function answers RAPT_E_TOO_LARGE.
 */
#ifndef RAPT_REPLY_H
#define RAPT_REPLY_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_REPLY_1 "rapt.reply/1"

/** Opaque; lives for one hook call. */
typedef struct rapt_reply rapt_reply;

/** The service. Every function may be called only while the hook that was handed `reply` runs. */
typedef struct rapt_reply_1 {
  /**
   * Records a finding about the conversation or run ("extraction"), stored when the request commits.
   * type  lower-case letters, digits and "_", in words joined by single hyphens or dots, at most 64 bytes
   * json  one JSON value, at most 64 KiB and 64 levels deep, without NUL (\u0000)
   * Counts for nothing with RAPT_ERROR. failure: RAPT_E_INVALID, RAPT_E_TOO_LARGE (also after 32 extractions in one call)
   */
  rapt_status (*emit)(rapt_reply* reply, rapt_text type, rapt_text json);
  /**
   * Sets what takes the place of the current message (text) or of the run's input or output (JSON), at most 1 MiB. The last
   * one wins. It counts only with the verdict RAPT_REPLACE. failure: RAPT_E_INVALID (absent, not UTF-8, not JSON where JSON is
   * asked for), RAPT_E_TOO_LARGE, RAPT_E_NOT_ALLOWED (a hook that may not replace).
   */
  rapt_status (*replace)(rapt_reply* reply, rapt_text content);
  /**
   * Sets the sentence that the reader gets, in plain words, at most 1 KiB. The last one wins. It counts only with the verdict
   * RAPT_BLOCK.
   * failure: RAPT_E_INVALID (empty, not UTF-8), RAPT_E_TOO_LARGE, RAPT_E_NOT_ALLOWED (a hook that may not block).
   */
  rapt_status (*block)(rapt_reply* reply, rapt_text reason);
  /**
   * Adds an instruction to the AI for this one answer, at most 4 KiB; it is not stored in the conversation.
   * Counts with RAPT_CONTINUE and RAPT_REPLACE. failure: RAPT_E_INVALID (empty, not UTF-8), RAPT_E_TOO_LARGE (also after 16
   * instructions in one call), RAPT_E_NOT_ALLOWED (only the before_ai hooks may).
   */
  rapt_status (*instruct)(rapt_reply* reply, rapt_text instruction);
} rapt_reply_1;

#ifdef __cplusplus
}
#endif
#endif
