/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.routes/1 (since ABI 1.3): HTTP routes that a module answers. Needs the permission "routes", and each route
 * in the manifest's "routes":
 *
 *   {"method": "POST", "path": "/notes/:id", "access": "teacher", "body_bytes": 65536, "rate_per_minute": 60, "timeout_ms": 2000}
 *
 *   method            GET, POST, PUT, PATCH or DELETE; RAPT_ROUTES_MAX routes a module
 *   path              below /api/v1/modules/NAME; ":word" stands for one part. A path that begins with "/api/v1/" is taken as it
 *                     is, where an admin grants it ("routes:/api/v1/admin/oneroster/"). At most 200 bytes: lower-case letters, digits,
 *                     "-", "_" and ":"
 *   access            as in rapt/extension.h
 *   body_bytes        0 to RAPT_ROUTES_MAX_BODY_BYTES, default 65536; a larger body never reaches the module
 *   rate_per_minute   1 to RAPT_ROUTES_MAX_PER_MINUTE for each caller, default 120
 *   timeout_ms        1 to RAPT_ROUTES_MAX_TIMEOUT_MS, default 2000
 *
 * Cookies, tokens, addresses and other fields of the request stay with the host.
 *
 *   handle  {"method": "POST", "route": "/notes/:id", "parameters": {"id": "7"}, "query": {"q": "x"}, "locale": "en",
 *            "content_type": "application/json", "body": "...", "json"?: any, "caller": {…} or null,
 *            "settings": {}, "now_ms": 0, "request_id": ""}
 *           body       UTF-8; another encoding is answered 415 by the host, malformed text 400. "" where there is none
 *           json       the body as a value, where its type is JSON; a malformed one is answered 400 by the host
 *           parameters, query  texts, percent-decoded; a query that has a name twice is answered 400 by the host
 *           request_id         as in the answer's X-Request-Id and the host's log
 *        -> {"status": 200, "json": any}  or  {"status": 200, "body": "text", "content_type"?: "text/csv"}
 *           and optionally "headers": {"Content-Disposition": "..."}: Content-Disposition, Cache-Control, ETag, Location, Retry-After
 *           status     200 to 299, 303, 304, 400, 403, 404, 409, 410, 412, 422, 429, 501
 *           json       of a success the whole body {"data": ..., "meta"?: ...} is made by the host from {"data", "meta"} or a bare
 *                      value; of a failure {"error": "sentence", "code"?: "MACHINE_CODE"}, or nothing
 *           content_type  text/plain (default), text/csv, text/markdown, application/json, application/xml: never what a browser runs
 *           Location   a path on this site. With an ETag the host answers 304 to a caller who has the same
 *
 * A failure: the caller gets 502 or 504 with a sentence that names the module, the admin sees why.
 */
#ifndef RAPT_ROUTES_H
#define RAPT_ROUTES_H

#include <rapt/extension.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_EXT_ROUTES_1 "rapt.routes/1"

#define RAPT_ROUTES_MAX 64u
#define RAPT_ROUTES_MAX_BODY_BYTES 524288u
#define RAPT_ROUTES_MAX_PER_MINUTE 6000
#define RAPT_ROUTES_MAX_TIMEOUT_MS 10000

/** As in rapt/extension.h. */
typedef struct rapt_routes_1 {
  /** One request. */
  rapt_status (*handle)(void* state, rapt_text input, rapt_reply* reply);
} rapt_routes_1;

#ifdef __cplusplus
}
#endif
#endif
