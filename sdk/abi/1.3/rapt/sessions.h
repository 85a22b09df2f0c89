/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.sessions/1 (since ABI 1.3): reading conversations and runs afterwards. Needs the permission "sessions". Only those of tools that the
 * module is attached to; in a call that a person caused, only what that person may read. Ids of users are the pseudonyms
 * of the hooks, unless the module has the permission "directory".
 *
 * thread, state, deadline, ownership, out, JSON, failure: as in rapt/service.h.
 */
#ifndef RAPT_SESSIONS_H
#define RAPT_SESSIONS_H

#include <rapt/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_SESSIONS_1 "rapt.sessions/1"

#define RAPT_SESSIONS_MAX_LISTED 200u
#define RAPT_SESSIONS_MAX_MESSAGES 500u

typedef struct rapt_sessions_1 {
  /**
   * {"kind"?: "chat" "run", "tool_id"?: "", "class_id"?: "", "assignment_id"?: "", "user_id"?: "", "state"?: "", "after_ms"?: 0,
   *  "before_ms"?: 0, "limit"?: 1..RAPT_SESSIONS_MAX_LISTED, default 50, "cursor"?: ""}
   *   -> {"items": [{"id": "", "kind": "chat", "tool_id": "", "tool_version": "1.0.0", "user": "", "group_id": "", "assignment_id": "",
   *       "state": "", "started_at_ms": 0, "ended_at_ms": 0, "messages": 0}], "next_cursor": "" or null}: the newest first
   * state: of a chat "active", "paused", "completed"; of a run "pending", "processing", "complete", "failed". user_id: as the module knows
   * the person; a pseudonym needs "tool_id" beside it. after_ms, before_ms: when it started, the first among them, the second not.
   */
  rapt_status (*list)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * {"id": "", "after_seq"?: 0, "limit"?: 1..RAPT_SESSIONS_MAX_MESSAGES, default 200}
   *   -> {"session": {an item as above}, "messages": [{"seq": 1, "role": "user" "assistant", "content": "", "at_ms": 0}],
   *       "findings": [{"module": "", "type": "", "data": any, "message_seq": 1}], "findings_left_out"?: 0, "next_seq"?: 0}
   *   -> of a run {"session", "input": any, "output": any, "findings", "findings_left_out"?}
   * findings: of this module alone. next_seq: there are more messages; it is the next request's "after_seq". Pages hold fewer messages
   * than "limit" where they are long; a message or run that does not fit an answer is RAPT_E_TOO_LARGE.
   */
  rapt_status (*transcript)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_sessions_1;

#ifdef __cplusplus
}
#endif
#endif
