/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.ai/1 (since ABI 1.3): asking the AI through the host's gateway. Needs the permission "ai". The model is the one that holds for the
 * tool or group that the call is about (for nobody: the system's), or a named active one; limits and budgets are that group's, and what it
 * costs is recorded as of this module. A person's limits hold for each module anew: none uses up a person's own questions.
 *
 * state, ownership: as in rapt/kv.h. deadline: the hook's; most hooks are too short for it: ask in a job.
 * failure: RAPT_E_INVALID (`*answer`: {"message", "field"?}), RAPT_E_TOO_LARGE, RAPT_E_NOT_ALLOWED (`*answer`: {"error": "budget" "limit"
 * "model" "off", "message"}), RAPT_E_UNAVAILABLE (`*answer`: {"error": "timeout" "gateway" "overloaded", "message"}).
 */
#ifndef RAPT_AI_H
#define RAPT_AI_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_AI_1 "rapt.ai/1"

typedef struct rapt_ai_1 {
  /**
   * {"messages": [{"role": "system" "user" "assistant", "content": ""}], "model"?: "", "max_tokens"?: 1..8192, "temperature"?: 0..2,
   *  "schema"?: {JSON Schema of the answer}} -> {"text": "" or "json": any, "model": "", "input_tokens": 0, "output_tokens": 0,
   *  "finish": "stop" "length" "filter"}
   * 1 to 64 messages, the last of the role "user". With "schema", an answer that does not fit is asked for once more; tokens are of both.
   */
  rapt_status (*chat)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /** {"texts": ["…"], "model": ""}: 1 to 64 of at most 64 KiB -> {"vectors": [[0.1, …]], "model": "", "input_tokens": 0}: 1 MiB together */
  rapt_status (*embed)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_ai_1;

#ifdef __cplusplus
}
#endif
#endif
