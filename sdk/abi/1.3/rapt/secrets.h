/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.secrets/1 (since ABI 1.3): what can be done with a secret without seeing it. Needs the permission "secrets". The secrets are those
 * that the module's config schema marks and an admin has set; `{{secret:NAME}}` in a request of rapt/http.h is the other use.
 *
 * They hold as for whom the call is about. thread, state, deadline, ownership, out, JSON, failure: as in rapt/service.h. A secret that is
 * not set, or not in the schema, is RAPT_E_INVALID with the field "name".
 */
#ifndef RAPT_SECRETS_H
#define RAPT_SECRETS_H

#include <rapt/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_SECRETS_1 "rapt.secrets/1"

#define RAPT_SECRETS_MAX_DATA_BYTES 524288u

typedef struct rapt_secrets_1 {
  /** {} -> {"names": {"token": true, "key": false}}: the secrets of the schema, and whether each is set here. */
  rapt_status (*list)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * {"name": "key", "algorithm": "hmac-sha256", "data": "text"} -> {"hex": "…", "base64": "…"} (RFC 2104), base64 with
   * padding. data: UTF-8, 0 to RAPT_SECRETS_MAX_DATA_BYTES. algorithm: "hmac-sha256" or "hmac-sha1" (for peers that know no other);
   * more may come with later hosts.
   */
  rapt_status (*sign)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /** {"name", "algorithm", "data", "signature": "hex or base64"} -> {"valid": true}, compared in constant time. hex of either case. */
  rapt_status (*verify)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_secrets_1;

#ifdef __cplusplus
}
#endif
#endif
