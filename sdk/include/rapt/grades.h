/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.grades/1 (since ABI 1.3): marks and feedback for submissions. Needs the permission "grades". Only of assignments whose tool the
 * module is attached to; in a call that a person caused, only what that person may.
 *
 * state, deadline, ownership: as in rapt/kv.h. failure: RAPT_E_INVALID (`*answer`: {"message", "field"?}), RAPT_E_TOO_LARGE,
 * RAPT_E_NOT_ALLOWED, RAPT_E_UNAVAILABLE.
 */
#ifndef RAPT_GRADES_H
#define RAPT_GRADES_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_GRADES_1 "rapt.grades/1"

typedef struct rapt_grades_1 {
  /** {"assignment_id": "", "limit"?, "cursor"?} -> {"items": [{"submission_id", "user", "attempt", "state", "submitted_at_ms", "score",
   *  "score_of", "feedback", "by": "teacher" or the module's name, "at_ms"}], "next_cursor"} */
  rapt_status (*read)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * {"grades": [{"submission_id": "", "score": 7.5, "score_of": 10, "feedback"?: ""}]}: 1 to 200, each by itself.
   * A teacher's mark is never replaced: that one fails. -> {"results": [{"status": "created" "updated" "failed", "message"?: ""}]}
   */
  rapt_status (*write)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_grades_1;

#ifdef __cplusplus
}
#endif
#endif
