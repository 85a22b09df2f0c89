/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.jobs/1 (since ABI 1.3): work that is done later, again after a failure, or by the clock. Needs the permission "jobs", and each
 * kind of job in the manifest's "jobs":
 *
 *   {"name": "send-report", "cron"?: "30 6 * * 1-5", "timeout_ms": 10000, "max_attempts": 8}
 *
 *   name          2 to 63 lower-case letters, digits and hyphens, a letter first; RAPT_JOBS_MAX_KINDS a module
 *   cron          five fields of crontab(5), in UTC; it is run once for all hosts, and a time that passed while no host ran is made
 *                 up for once
 *   timeout_ms    of one attempt, 1 to RAPT_JOBS_MAX_TIMEOUT_MS, default 10000
 *   max_attempts  1 to RAPT_JOBS_MAX_ATTEMPTS, default 8; after a failure again in 1 s, 2 s, 4 s … up to 5 minutes. Then it has failed,
 *                 and an admin can have it done again
 *
 * At least once: a job may be run again although it had done its work. `key` tells that it is the same. One job or event of a module
 * at a time on each host, in no order.
 * A job is about whom the call was that ordered it (scopes of kv, budget of ai), and gone with them; one by the clock is about nobody.
 *
 * The service: thread, state, deadline, ownership, out, JSON, failure: as in rapt/service.h.
 */
#ifndef RAPT_JOBS_H
#define RAPT_JOBS_H

#include <rapt/extension.h>
#include <rapt/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_JOBS_1 "rapt.jobs/1"
#define RAPT_EXT_JOBS_1 "rapt.jobs/1"

#define RAPT_JOBS_MAX_KINDS 32u
#define RAPT_JOBS_MAX_TIMEOUT_MS 60000
#define RAPT_JOBS_MAX_ATTEMPTS 20
#define RAPT_JOBS_MAX_PAYLOAD_BYTES 65536u
#define RAPT_JOBS_MAX_KEY_BYTES 256u
#define RAPT_JOBS_MAX_DELAY_S 34560000 /* 400 days */
#define RAPT_JOBS_MAX_WAITING 10000u   /* a module */
#define RAPT_JOBS_MAX_LISTED 200u

/** What a module asks of its host. */
typedef struct rapt_jobs_service_1 {
  /**
   * {"name": "send-report", "payload"?: {}, "key"?: "", "delay_s"?: 0} -> {"ordered": true}, false where the key was known.
   * payload: an object of at most RAPT_JOBS_MAX_PAYLOAD_BYTES and 32 levels. key: the module's own for this kind, 1 to
   * RAPT_JOBS_MAX_KEY_BYTES; ordering it again orders nothing while the job is kept: until a week after it is done, ninety days after it
   * has failed. Without a key each order is another job. delay_s: 0 to RAPT_JOBS_MAX_DELAY_S.
   * failure: also RAPT_E_TOO_LARGE when RAPT_JOBS_MAX_WAITING wait.
   */
  rapt_status (*enqueue)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /** {"name": "", "key": ""} -> {"cancelled": true}: takes a job back that has not begun; false where there is none. */
  rapt_status (*cancel)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * What of this module waits or is being done, whoever it is about, in the order in which it was ordered:
   * {"name"?: "of this kind alone", "limit"?: 1..RAPT_JOBS_MAX_LISTED, default 100, "cursor"?: ""}
   *   -> {"items": [{"name": "", "key": "", "state": "waiting" "running", "attempts": 0, "of": 8, "ordered_ms": 0, "due_ms": 0,
   *       "next_ms": 0, "by_clock": false, "reason": ""}], "next_cursor": "" or null}
   * attempts: that have begun, of so many; due_ms: when it was first to be done; next_ms: when its next attempt is due (of a running
   * one: when this one was); reason: why the last attempt failed, "" before. key: one that the host made where none was given. What
   * was ordered with it is not told again: keep it in rapt.kv/1 or rapt.sql/1.
   */
  rapt_status (*list)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_jobs_service_1;

/** What the host asks of a module: as in rapt/extension.h. */
typedef struct rapt_jobs_1 {
  /**
   * {"name": "send-report", "payload": {}, "key": "", "attempt": 1, "of": 8, "due_ms": 0, "settings": {}, "now_ms": 0}
   *   -> {} it is done; {"again_in_s": 60, "reason"?: ""} once more, then (it counts as an attempt; 0 to RAPT_JOBS_MAX_DELAY_S);
   *      {"give_up": "sentence"} it has failed for good. Sentences are cut at 400 bytes
   * attempt: this one, from 1, of so many; due_ms: when it was first to be done. Anything but RAPT_OK is a failure of this attempt.
   */
  rapt_status (*run)(void* state, rapt_text input, rapt_reply* reply);
} rapt_jobs_1;

#ifdef __cplusplus
}
#endif
#endif
