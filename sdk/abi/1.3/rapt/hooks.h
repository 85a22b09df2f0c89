/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.hooks/1: the points at which the host asks a module, and what it may answer.
 */
#ifndef RAPT_HOOKS_H
#define RAPT_HOOKS_H

#include <rapt/abi.h>
#include <rapt/context.h>
#include <rapt/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_EXT_HOOKS_1 "rapt.hooks/1"

/**
 * The hook points. The manifest names the ones a module wants, by the text in the comment.
 * Values are stable; new points get new values.
 */
typedef enum rapt_hook {
  RAPT_HOOK_CHAT_ON_MESSAGE = 1,   /**< "chat:on_message": a message arrived; may emit, replace, block */
  RAPT_HOOK_CHAT_BEFORE_AI = 2,    /**< "chat:before_ai": before the AI is asked; may emit, replace, instruct, block */
  RAPT_HOOK_CHAT_AFTER_AI = 3,     /**< "chat:after_ai": the answer is there; may emit, replace, block */
  RAPT_HOOK_SESSION_START = 4,     /**< "session:start": a conversation was opened; may emit */
  RAPT_HOOK_SESSION_END = 5,       /**< "session:end": a conversation was completed; may emit */
  RAPT_HOOK_PRODUCT_BEFORE_AI = 6, /**< "product:before_ai": input is valid; may emit, replace (JSON), instruct, block */
  RAPT_HOOK_PRODUCT_AFTER_AI = 7,  /**< "product:after_ai": output is valid; may emit, replace (JSON), block */
  RAPT_HOOK_RUN_COMPLETE = 8,      /**< "run:complete": a run has ended; may emit */
  /**
   * "chat:on_delta" (since 1.1): the next window of an answer that is being written, before the reader sees any of it; may
   * emit, replace, block (cuts the answer off), hold (rapt/stream.h). The manifest says how the answer is cut into windows.
   */
  RAPT_HOOK_CHAT_ON_DELTA = 9
} rapt_hook;

/**
 * What a hook answers: a closed sum. A process that died, came late or answered something else is none of these;
 * the host maps that by the attachment's fail policy and never takes it for "nothing to change".
 */
typedef enum rapt_verdict {
  RAPT_CONTINUE = 0, /**< nothing to change; what was emitted counts */
  RAPT_REPLACE = 1,  /**< the text given to `rapt_reply_1.replace` takes the place of the current one */
  RAPT_BLOCK = 2,    /**< stop here; the reader gets the text given to `rapt_reply_1.block` */
  RAPT_DEFER = 3,    /**< ask again later (only where the hook is declared asynchronous in the manifest: it is a job then) */
  RAPT_ERROR = 4     /**< the module could not decide; the fail policy decides */
} rapt_verdict;

/** What a module that has hooks hands out for RAPT_EXT_HOOKS_1. */
typedef struct rapt_hooks_1 {
  /**
   * Answers one hook. Called between `init` and `shutdown`, never while another call runs, and only for hooks that the
   * manifest names; further points may come with later hosts.
   * state     what `init` set; the module's own
   * context   read through `rapt_context_1`; valid until this call returns
   * reply     written through `rapt_reply_1`; valid until this call returns
   * deadline  the hook's time limit of the manifest (or a shorter one that an admin set); a late process is ended
   * failure   RAPT_ERROR; what was emitted before counts for nothing then
   */
  rapt_verdict (*call)(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply);
} rapt_hooks_1;

#ifdef __cplusplus
}
#endif
#endif
