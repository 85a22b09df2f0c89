/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.http/1 (since ABI 1.3): requests that the host makes for the module. Needs the permission "http" with "hosts".
 *
 * HTTPS to the hosts that were granted, on port 443 unless the grant names another; the certificate is verified; names that lead to
 * private, loopback or link-local addresses are refused, also after a redirect, and the address that was checked is the one that
 * is connected to. `{{secret:NAME}}` in a header's value or in the body stands for a secret of the settings: the host puts it in,
 * the module never sees it (permission "secrets").
 *
 * thread, state, deadline, ownership, out: as in rapt/service.h. A request that was sent may have had its effect although the answer
 * did not arrive.
 *
 * failure: `*head` says why where the host was asked: {"error": "", "message": "a sentence"}
 *   RAPT_E_INVALID      "request": the request, or a secret that is not set
 *   RAPT_E_NOT_ALLOWED  "refused": a host or port that was not granted, an address that is not public, secrets without the permission. The
 *                       admin sees which
 *   RAPT_E_TOO_LARGE    "size": the answer has more than RAPT_HTTP_MAX_BODY_BYTES
 *   RAPT_E_UNAVAILABLE  "timeout", "connect", "tls", "dns" or "protocol": no answer
 * An answer with a status of 400 or more is an answer: RAPT_OK.
 */
#ifndef RAPT_HTTP_H
#define RAPT_HTTP_H

#include <rapt/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_HTTP_1 "rapt.http/1"

#define RAPT_HTTP_MAX_REQUEST_BYTES 65536u /* `request`, without the body */
#define RAPT_HTTP_MAX_BODY_BYTES 524288u   /* each way */
#define RAPT_HTTP_MAX_HEADERS 32u
#define RAPT_HTTP_MAX_TIMEOUT_MS 30000
#define RAPT_HTTP_MAX_REDIRECTS 5

typedef struct rapt_http_1 {
  /**
   * `request`  {"method"?: "GET", "url": "https://…", "headers"?: {"name": "value"}, "timeout_ms"?: 3000, "redirects"?: 0}
   *            method: GET, HEAD, POST, PUT, PATCH or DELETE; headers: at most RAPT_HTTP_MAX_HEADERS, a name 64 bytes, a value 8 KiB of
   *            visible ASCII, none that belong to the connection, the host or a browser; timeout_ms: of the whole, 1 to
   *            RAPT_HTTP_MAX_TIMEOUT_MS, never longer than the call; redirects: that are followed, 0 to RAPT_HTTP_MAX_REDIRECTS
   * `body`     what is sent, UTF-8 without NUL, at most RAPT_HTTP_MAX_BODY_BYTES; absent for none
   * `*head`    {"status": 200, "headers": {"name": "value"}, "url": "the last one", "base64"?: true}; names in lower case, fields
   *            of one name joined by ", ", no cookies, at most 64 KiB
   * `*answer`  the body, at most RAPT_HTTP_MAX_BODY_BYTES. One that is no UTF-8, or has a NUL, is given as base64, and the head says so
   */
  rapt_status (*request)(const rapt_host* host, rapt_text request, rapt_text body, rapt_text* head, rapt_text* answer);
} rapt_http_1;

#ifdef __cplusplus
}
#endif
#endif
