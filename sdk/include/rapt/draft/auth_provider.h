/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.auth-provider/draft-2 (DRAFT: may change until released): rapt.auth-provider/1, and `start` may ask the host to fetch before
 * it says where the browser goes. So a provider's endpoints are found by its issuer's address alone (OpenID Connect Discovery).
 *
 * Everything is as rapt/auth_provider.h says, but for `start`:
 *
 *   start  {"settings": {}, "redirect_uri": "", "state": "", "nonce": "", "code_challenge": "",
 *           "answered"?: {"status": 200, "content_type": "", "body": ""}, "memo": ""}
 *          answered        to the fetch that the start before asked for; bytes that are no UTF-8 come as U+FFFD
 *          memo            of the start before; "" at the first
 *       -> {"url": "https://..."}
 *       or {"invalid": [{"field": "issuer", "message": "..."}]}
 *       or {"fetch": {...}, "memo"?: ""}          as at `step`: to a host that the module may reach, without redirects; at most 4
 *
 * `start` is asked for every login, and when an admin saves or enables the provider's settings: what it says of them reaches the
 * admin. Nothing of `start` reaches `step`: what a step needs of it, it fetches again.
 *
 * A host that knows it prefers this extension to rapt.auth-provider/1, and never uses both.
 */
#ifndef RAPT_DRAFT_AUTH_PROVIDER_H
#define RAPT_DRAFT_AUTH_PROVIDER_H

#include <rapt/abi.h>
#include <rapt/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_EXT_AUTH_PROVIDER_DRAFT_2 "rapt.auth-provider/draft-2"

/** As rapt_auth_provider_1: threads, ownership, deadline and failure are the same. */
typedef struct rapt_auth_provider_draft_2 {
  /** The address that the browser goes to, or what has to be fetched before. */
  rapt_status (*start)(void* state, rapt_text input, rapt_reply* reply);
  /** What is to be done with what came back. */
  rapt_status (*step)(void* state, rapt_text input, rapt_reply* reply);
} rapt_auth_provider_draft_2;

#ifdef __cplusplus
}
#endif
#endif
