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
  /**
   * {"assignment_id": "", "limit"?: 1..RAPT_GRADES_MAX_LISTED, default 50, "cursor"?: ""}
   *   -> {"items": [{"submission_id": "", "user": "", "attempt": 1, "state": "", "submitted_at_ms": 0, "score": 7.5, "score_of": 10,
   *       "feedback": "", "by": "teacher" or a module's name, "at_ms": 0}], "next_cursor": "" or null}
   * user: a pseudonym, as in rapt.sessions/1. score to at_ms are null where there is no mark.
   */
  rapt_status (*read)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * {"grades": [{"submission_id": "", "score": 7.5, "score_of": 10, "feedback"?: ""}]}: 1 to RAPT_GRADES_MAX_WRITTEN, each by itself.
   *   -> {"results": [{"status": "created" "updated" "failed", "message"?: "", "field"?: ""}]}
   * score: 0 to score_of; score_of: more than 0, at most RAPT_GRADES_MAX_SCORE; both are kept to four decimals. feedback: 1 to
   * RAPT_GRADES_MAX_FEEDBACK_BYTES. A teacher's mark is never replaced, and what is still being worked on is not marked: those fail.
   */
  rapt_status (*write)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_grades_1;

#ifdef __cplusplus
}
#endif
#endif
