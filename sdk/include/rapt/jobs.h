/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.jobs/1 (since ABI 1.3): work that is done later, again after a failure, or by the clock. Needs the permission "jobs", and each
 * kind of job in the manifest's "jobs":
 *
 *   {"name": "send-report", "cron"?: "30 6 * * 1-5", "timeout_ms": 10000, "max_attempts": 8}
 *
 *   cron          five fields of crontab(5), in UTC; it is run once for all hosts, and a time that passed while no host ran is made
 *                 up for once
 *   timeout_ms    1 to 60000, default 10000
 *   max_attempts  1 to 20, default 8; after a failure again in 1 s, 2 s, 4 s … up to 5 minutes
 *
 * At least once: a job may be run again although it had done its work. `key` tells that it is the same.
 * A job is about whom the call was that ordered it (scopes of kv, budget of ai); one by the clock is about nobody.
 *
 * state, deadline, ownership of the service: as in rapt/kv.h.
 */
#ifndef RAPT_JOBS_H
#define RAPT_JOBS_H

#include <rapt/abi.h>
#include <rapt/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_JOBS_1 "rapt.jobs/1"
#define RAPT_EXT_JOBS_1 "rapt.jobs/1"

/** What a module asks of its host. */
typedef struct rapt_jobs_service_1 {
  /**
   * {"name": "send-report", "payload"?: {}, "key"?: "", "delay_s"?: 0}: payload at most 64 KiB; key at most 256 bytes, ordering
   * it again orders nothing while the job is kept (a week after it is done); delay at most 400 days.
   * `*answer`: {"ordered": true}, false where the key was known. A module may have 10,000 jobs waiting.
   * failure: RAPT_E_INVALID (`*answer`: {"message", "field"?}), RAPT_E_TOO_LARGE, RAPT_E_NOT_ALLOWED, RAPT_E_UNAVAILABLE.
   */
  rapt_status (*enqueue)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /** {"name": "", "key": ""}: takes a job back that has not begun. `*answer`: {"cancelled": true}. failure: as above */
  rapt_status (*cancel)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_jobs_service_1;

/** What the host asks of a module. state, input, reply, failure: as in rapt/routes.h. */
typedef struct rapt_jobs_1 {
  /**
   * {"name": "send-report", "payload": {}, "key": "", "attempt": 1, "of": 8, "due_ms": 0, "settings": {}, "now_ms": 0}
   *   -> {} it is done; {"again_in_s": 60, "reason"?: ""} once more, then (it counts as an attempt); {"give_up": "sentence"}
   * Anything but RAPT_OK is a failure of this attempt.
   */
  rapt_status (*run)(void* state, rapt_text input, rapt_reply* reply);
} rapt_jobs_1;

#ifdef __cplusplus
}
#endif
#endif
