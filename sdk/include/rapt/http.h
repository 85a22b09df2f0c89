/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.http/1 (since ABI 1.3): requests that the host makes for the module. Needs the permission "http" with "hosts".
 *
 * HTTPS to the hosts that were granted, on port 443 unless the grant names another; the certificate is verified; names that lead to
 * private, loopback or link-local addresses are refused, also after a redirect, and the address that was checked is the one that
 * is connected to. `{{secret:NAME}}` in a header's value or in the body stands for a secret of the settings: the host puts it in,
 * the module never sees it (permission "secrets").
 *
 * state, deadline, ownership: as in rapt/kv.h. failure: RAPT_E_INVALID (the request), RAPT_E_TOO_LARGE (an answer over 512 KiB),
 * RAPT_E_NOT_ALLOWED (host not granted, address refused; the admin sees which), RAPT_E_UNAVAILABLE (no answer; `*head` says why in
 * {"error": "timeout" | "connect" | "tls" | "dns" | "protocol", "message"}).
 */
#ifndef RAPT_HTTP_H
#define RAPT_HTTP_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_HTTP_1 "rapt.http/1"

typedef struct rapt_http_1 {
  /**
   * `request`: {"method": "GET", "url": "https://…", "headers": {"name": "value"}, "timeout_ms": 3000, "redirects": 0}.
   * `body`: what is sent; absent for none, at most 512 KiB. `*head`: {"status": 200, "headers": {"name": "value"}, "url": the last one},
   * `*answer`: the body, UTF-8; with another encoding it is given as base64 and the head has "base64": true.
   */
  rapt_status (*request)(const rapt_host* host, rapt_text request, rapt_text body, rapt_text* head, rapt_text* answer);
} rapt_http_1;

#ifdef __cplusplus
}
#endif
#endif
