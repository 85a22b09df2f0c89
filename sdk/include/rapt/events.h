/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.events/1 (since ABI 1.3): being told of what happened, and telling others. Needs the permission "events", and in the manifest
 *
 *   "events": {"subscribe": ["session.completed", "reading-log.entry-added"], "publish": ["entry-added"]}
 *
 * Types of the host are "word.word"; docs/capabilities.md lists them with their payloads. What the module NAME publishes as "word" is
 * told as "NAME.word". Events hold ids and figures, never what somebody wrote; ids of persons are pseudonyms unless the module
 * has the permission "directory".
 * At least once, those of one session or run in their order; `id` tells that it is the same. Again after a failure as a job is.
 *
 * state, deadline, ownership of the service: as in rapt/kv.h.
 */
#ifndef RAPT_EVENTS_H
#define RAPT_EVENTS_H

#include <rapt/abi.h>
#include <rapt/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_EVENTS_1 "rapt.events/1"
#define RAPT_EXT_EVENTS_1 "rapt.events/1"

/** What a module asks of its host. */
typedef struct rapt_events_service_1 {
  /**
   * {"type": "entry-added", "payload": {}}: one of those in the manifest; payload at most 16 KiB. `*answer`: {}.
   * failure: RAPT_E_INVALID (`*answer`: {"message", "field"?}), RAPT_E_TOO_LARGE, RAPT_E_NOT_ALLOWED, RAPT_E_UNAVAILABLE.
   */
  rapt_status (*publish)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_events_service_1;

/** What the host asks of a module. state, input, reply, failure: as in rapt/routes.h. */
typedef struct rapt_events_1 {
  /** {"type": "session.completed", "id": "", "at_ms": 0, "payload": {}, "attempt": 1, "settings": {}, "now_ms": 0} -> {} */
  rapt_status (*handle)(void* state, rapt_text input, rapt_reply* reply);
} rapt_events_1;

#ifdef __cplusplus
}
#endif
#endif
