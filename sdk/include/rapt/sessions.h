/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.sessions/1 (since ABI 1.3): reading conversations and runs afterwards. Needs the permission "sessions". Only those of tools that the
 * module is attached to; in a call that a person caused, only what that person may read. Ids of users are the pseudonyms
 * of the hooks, unless the module has the permission "directory".
 *
 * state, deadline, ownership: as in rapt/kv.h. failure: RAPT_E_INVALID (`*answer`: {"message", "field"?}), RAPT_E_TOO_LARGE,
 * RAPT_E_NOT_ALLOWED, RAPT_E_UNAVAILABLE.
 */
#ifndef RAPT_SESSIONS_H
#define RAPT_SESSIONS_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_SESSIONS_1 "rapt.sessions/1"

typedef struct rapt_sessions_1 {
  /**
   * {"kind"?: "chat" "run", "tool_id"?, "class_id"?, "assignment_id"?, "user_id"?, "state"?, "after_ms"?, "before_ms"?,
   *  "limit"?: 1..200, "cursor"?: ""} -> {"items": [{"id", "kind", "tool_id", "tool_version", "user", "group_id", "assignment_id",
   *  "state", "started_at_ms", "ended_at_ms", "messages"}], "next_cursor"}
   */
  rapt_status (*list)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * {"id": "", "after_seq"?: 0, "limit"?: 1..500} -> {"session": {as above}, "messages": [{"seq", "role", "content", "at_ms"}] or
   *  "input", "output" of a run, "findings": [{"module", "type", "data", "message_seq"}] of this module, "next_seq"?: 0}
   */
  rapt_status (*transcript)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_sessions_1;

#ifdef __cplusplus
}
#endif
#endif
