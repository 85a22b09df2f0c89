/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.grades/1 (since ABI 1.3): marks and feedback for submissions. Needs the permission "grades". Only of assignments whose tool the
 * module is attached to; in a call that a person caused, only what that person may.
 *
 * thread, state, deadline, ownership, out, JSON, failure: as in rapt/service.h.
 */
#ifndef RAPT_GRADES_H
#define RAPT_GRADES_H

#include <rapt/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_GRADES_1 "rapt.grades/1"

#define RAPT_GRADES_MAX_LISTED 500u
#define RAPT_GRADES_MAX_WRITTEN 200u
#define RAPT_GRADES_MAX_SCORE 1000000
#define RAPT_GRADES_MAX_FEEDBACK_BYTES 16384u

typedef struct rapt_grades_1 {
  /** {"assignment_id": "", "limit"?, "cursor"?} -> {"items": [{"submission_id", "user", "attempt", "state", "submitted_at_ms", "score",
   *  "score_of", "feedback", "by": "teacher" or the module's name, "at_ms"}], "next_cursor"} */
  rapt_status (*read)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * {"grades": [{"submission_id": "", "score": 7.5, "score_of": 10, "feedback"?: ""}]}: 1 to 200, each by itself.
   * A teacher's mark is never replaced: that one fails.
   *   -> {"results": [{"status": "created" "updated" "failed", "message"?: "", "field"?: ""}]}
   */
  rapt_status (*write)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_grades_1;

#ifdef __cplusplus
}
#endif
#endif
