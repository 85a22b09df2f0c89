/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.events/1 (since ABI 1.3): being told of what happened, and telling others. Needs the permission "events", and in the manifest
 *
 *   "events": {"subscribe": ["session.completed", "reading-log.entry-added"], "publish": ["entry-added"]}
 *
 * Types of the host are "word.word"; docs/capabilities.md lists them with their payloads. What the module NAME publishes as "word" is
 * told as "NAME.word". Events hold ids and figures, never what somebody wrote; ids of persons are pseudonyms unless the module
 * has the permission "directory".
 * RAPT_EVENTS_MAX_TYPES of each in a manifest. A module's word: 2 to 63 lower-case letters, digits and hyphens, a letter first.
 * At least once, those of one session, run, person, class or group in their order; `id` tells that it is the same. Again after a
 * failure as a job is (8 attempts); one that nobody could be told of for a week has failed.
 * A module that publishes in answer to an event goes one step deeper; beyond RAPT_EVENTS_MAX_DEPTH it is RAPT_E_NOT_ALLOWED.
 *
 * The service: thread, state, deadline, ownership, out, JSON, failure: as in rapt/service.h.
 */
#ifndef RAPT_EVENTS_H
#define RAPT_EVENTS_H

#include <rapt/extension.h>
#include <rapt/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_EVENTS_1 "rapt.events/1"
#define RAPT_EXT_EVENTS_1 "rapt.events/1"

#define RAPT_EVENTS_MAX_TYPES 32u
#define RAPT_EVENTS_MAX_PAYLOAD_BYTES 16384u
#define RAPT_EVENTS_MAX_DEPTH 8
#define RAPT_EVENTS_TIMEOUT_MS 10000 /* of `handle` */

/** What a module asks of its host. */
typedef struct rapt_events_service_1 {
  /**
   * {"type": "entry-added", "payload"?: {}} -> {}: type: one of the manifest's "publish"; payload: an object of at most
   * RAPT_EVENTS_MAX_PAYLOAD_BYTES and 32 levels. All who subscribed are told; it is about whom this call is.
   */
  rapt_status (*publish)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_events_service_1;

/** What the host asks of a module: as in rapt/extension.h, within RAPT_EVENTS_TIMEOUT_MS. */
typedef struct rapt_events_1 {
  /**
   * {"type": "session.completed", "id": "", "at_ms": 0, "payload": {}, "attempt": 1, "settings": {}, "now_ms": 0} -> {}
   * at_ms: when it happened. Anything but RAPT_OK is a failure of this attempt.
   */
  rapt_status (*handle)(void* state, rapt_text input, rapt_reply* reply);
} rapt_events_1;

#ifdef __cplusplus
}
#endif
#endif
