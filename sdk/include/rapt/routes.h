/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.routes/1 (since ABI 1.3): HTTP routes that a module answers. Needs the permission "routes", and each route
 * in the manifest's "routes":
 *
 *   {"method": "POST", "path": "/notes/:id", "access": "teacher", "body_bytes": 65536, "rate_per_minute": 60, "timeout_ms": 2000}
 *
 *   path              below /api/v1/modules/NAME; ":word" stands for one part. A path that begins with "/api/v1/" is taken as it
 *                     is, where an admin grants it ("routes:/api/v1/admin/oneroster/")
 *   access            "public", "user", "teacher", "group_admin" or "system_admin": who may ask, checked by the host
 *   body_bytes        0 to 524288, default 65536; a larger body never reaches the module
 *   rate_per_minute   1 to 6000 for each caller, default 120
 *   timeout_ms        1 to 10000, default 2000
 *
 * Cookies, tokens, addresses and other fields of the request stay with the host.
 *
 *   handle  {"method": "POST", "route": "/notes/:id", "parameters": {"id": "7"}, "query": {"q": "x"}, "locale": "en",
 *            "content_type": "application/json", "body": "...", "json"?: any, "caller": null or {"user": "", "role": "teacher",
 *            "groups": [""], "classes": [{"id": "", "role": "teacher"}], "id"?: ""}, "settings": {}, "now_ms": 0, "request_id": ""}
 *           body       UTF-8; another encoding is answered 415 by the host, malformed text 400. "" where there is none
 *           json       the body as a value, where its type is JSON; a malformed one is answered 400 by the host
 *           caller     null where nobody is logged in. user: a pseudonym, the same at every call. role: the highest of theirs,
 *                      "none" for somebody without any. groups: ids of groups that they belong to, also through a class.
 *                      classes: their classes, with what they are there ("teacher", "student"). id: the user's own, with the
 *                      permission "directory" alone
 *           settings   the module's, for the caller's group
 *        -> {"status": 200, "json": any}  or  {"status": 200, "body": "text", "content_type"?: "text/csv"}
 *           and optionally "headers": {"Content-Disposition": "..."}: Content-Disposition, Cache-Control, ETag, Location, Retry-After
 *           status     200 to 299, 303, 304, 400, 403, 404, 409, 410, 412, 422, 429, 501
 *           json       of a success the whole body {"data": ..., "meta"?: ...} is made by the host from {"data", "meta"} or a bare
 *                      value; of a failure {"error": "sentence", "code"?: "MACHINE_CODE"}, or nothing
 *           content_type  text/plain (default), text/csv, text/markdown, application/json, application/xml: never what a browser runs
 *           Location   a path on this site. With an ETag the host answers 304 to a caller who has the same
 *
 * Answers hold at most 1 MiB. An answer of another shape, or none in time, is the module's failure: the caller gets 502 or 504 with
 * a sentence that names the module, the admin sees why.
 */
#ifndef RAPT_ROUTES_H
#define RAPT_ROUTES_H

#include <rapt/abi.h>
#include <rapt/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_EXT_ROUTES_1 "rapt.routes/1"

/**
 * Called between `init` and `shutdown`, on the module's one thread, never while another call runs; maybe in another process than
 * its hooks. Services may be asked meanwhile; those that are about somebody are about the caller.
 *
 *   state      what `init` set; the module's own
 *   input      JSON as above, the host's; valid until the call returns
 *   reply      the answer is given with `rapt_reply_1.replace`, the last one counts; the other functions answer RAPT_E_NOT_ALLOWED
 *   failure    anything but RAPT_OK, or no answer; say why in the log
 */
typedef struct rapt_routes_1 {
  rapt_status (*handle)(void* state, rapt_text input, rapt_reply* reply);
} rapt_routes_1;

#ifdef __cplusplus
}
#endif
#endif
