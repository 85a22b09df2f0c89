/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.kv/1 (since ABI 1.3): small values that outlive the module's process, shared by all hosts.
 * Needs the permission "kv". thread, state, deadline, ownership, out, failure: as in rapt/service.h.
 *
 * A value lies in a scope. Whose it is, the host reads from the call that the module is answering: a module asked about one
 * student reaches that student's values and no other's, and learns no id. What belongs to a group, tool, person or conversation is
 * deleted with it.
 *
 *   key      1 to RAPT_KV_MAX_KEY_BYTES bytes of UTF-8 without control characters
 *   value    at most RAPT_KV_MAX_VALUE_BYTES of UTF-8 without NUL; bytes that are none go as base64. A module may keep
 *            RAPT_KV_MAX_MODULE_BYTES in all, with its keys and 64 bytes for the place of each
 *   ttl_s    seconds until it is gone, 0 to RAPT_KV_MAX_TTL_S; 0: it stays
 *   failure  RAPT_E_INVALID (key, value, ttl_s, a number that is no scope), RAPT_E_TOO_LARGE (the value; the module's room is used
 *            up), RAPT_E_NOT_ALLOWED (this call is about nobody in that scope), RAPT_E_UNAVAILABLE
 */
#ifndef RAPT_KV_H
#define RAPT_KV_H

#include <rapt/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_KV_1 "rapt.kv/1"

#define RAPT_KV_MAX_KEY_BYTES 256u
#define RAPT_KV_MAX_VALUE_BYTES 65536u
#define RAPT_KV_MAX_MODULE_BYTES 16777216u
#define RAPT_KV_MAX_TTL_S 34560000 /* 400 days */
#define RAPT_KV_MAX_KEYS 1000u     /* of one answer of `keys` */

/** Values are stable; new scopes get new values. */
typedef enum rapt_kv_scope {
  RAPT_KV_MODULE = 1, /**< one for the whole instance */
  RAPT_KV_GROUP = 2,  /**< the group that the call is about */
  RAPT_KV_TOOL = 3,   /**< the tool */
  RAPT_KV_USER = 4,   /**< the user, over all tools */
  RAPT_KV_SESSION = 5 /**< the conversation; gone with it */
} rapt_kv_scope;

typedef struct rapt_kv_1 {
  /** `*value` becomes what lies there, or absent ({NULL, 0}) with RAPT_OK. */
  rapt_status (*get)(const rapt_host* host, rapt_kv_scope scope, rapt_text key, rapt_text* value);
  /** Writes, over what was there, its time too. */
  rapt_status (*put)(const rapt_host* host, rapt_kv_scope scope, rapt_text key, rapt_text value, int64_t ttl_s);
  /** Takes it away; RAPT_OK also when nothing was there. */
  rapt_status (*erase)(const rapt_host* host, rapt_kv_scope scope, rapt_text key);
  /**
   * Adds to a whole number, in one step over all hosts and processes; what is not there counts as 0. `*sum` is the result. `get`
   * reads the number as decimal text. RAPT_E_INVALID when what is there is no number, or the sum would leave the range of int64_t;
   * nothing is changed then. `ttl_s` is set when the number is made, and not prolonged.
   */
  rapt_status (*add)(const rapt_host* host, rapt_kv_scope scope, rapt_text key, int64_t delta, int64_t ttl_s, int64_t* sum);
  /**
   * Writes only if what lies there equals `expected` (absent: if nothing lies there), in one step over all hosts. `*swapped` is 1 or 0.
   */
  rapt_status (*swap)(const rapt_host* host, rapt_kv_scope scope, rapt_text key, rapt_text expected, rapt_text value,
                      int64_t ttl_s, int32_t* swapped);
  /**
   * The keys that begin with `prefix` (it may be empty or absent) and come behind `after` (it may be absent), in the order of their
   * bytes, at most `limit` (1 to RAPT_KV_MAX_KEYS), as a JSON array of texts. Fewer than `limit`: there are no more.
   */
  rapt_status (*keys)(const rapt_host* host, rapt_kv_scope scope, rapt_text prefix, rapt_text after, uint32_t limit,
                      rapt_text* json);
} rapt_kv_1;

#ifdef __cplusplus
}
#endif
#endif
