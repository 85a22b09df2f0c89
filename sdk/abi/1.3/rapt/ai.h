/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.ai/1 (since ABI 1.3): asking the AI through the host's gateway. Needs the permission "ai". The model is the one that holds for the
 * tool or group that the call is about (for nobody: the system's), or a named active one; limits and budgets are that group's, and what it
 * costs is recorded as of this module. A person's limits hold for each module anew: none uses up a person's own questions.
 *
 * thread, state, ownership, out, JSON: as in rapt/service.h. deadline: the call's; most hooks are too short for it: ask in a job.
 * failure: RAPT_E_INVALID (`*answer`: {"message", "field"?}), RAPT_E_TOO_LARGE, RAPT_E_NOT_ALLOWED (`*answer`: {"error": "budget" "limit"
 * "model" "off", "message"}), RAPT_E_UNAVAILABLE (`*answer`: {"error": "timeout" "gateway" "overloaded", "message"}). A question
 * that failed late may have cost something all the same.
 */
#ifndef RAPT_AI_H
#define RAPT_AI_H

#include <rapt/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_AI_1 "rapt.ai/1"

#define RAPT_AI_MAX_MESSAGES 64u
#define RAPT_AI_MAX_TOKENS 8192
#define RAPT_AI_MAX_TEXTS 64u
#define RAPT_AI_MAX_TEXT_BYTES 65536u

typedef struct rapt_ai_1 {
  /**
   * {"messages": [{"role": "system" "user" "assistant", "content": ""}], "model"?: "", "max_tokens"?: 1..RAPT_AI_MAX_TOKENS,
   *  "temperature"?: 0..2, "schema"?: {JSON Schema of the answer}} -> {"text"?: "", "json"?: any, "model": "", "input_tokens": 0,
   *  "output_tokens": 0, "finish": "stop" "length" "filter"}
   * 1 to RAPT_AI_MAX_MESSAGES messages, none of them empty, the last of the role "user". max_tokens: what the limits of the place
   * allow at most. With "schema" the answer has "json", else "text"; an answer that does not fit is asked for once more, and
   * tokens are of both.
   */
  rapt_status (*chat)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * {"texts": ["…"], "model"?: ""} -> {"vectors": [[0.1, …]], "model": "", "input_tokens": 0}: a vector for each text, in their order.
   * 1 to RAPT_AI_MAX_TEXTS texts of 1 to RAPT_AI_MAX_TEXT_BYTES. Without "model" the host's default for embeddings (AI_EMBEDDING_MODEL);
   * where there is none, RAPT_E_INVALID with the field "model". Vectors of two models cannot be compared: keep "model" beside them.
   */
  rapt_status (*embed)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_ai_1;

#ifdef __cplusplus
}
#endif
#endif
