/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.auth-provider/1 (since ABI 1.2) and rapt.auth-provider/2 (since ABI 1.3): a module that speaks the protocol of a login
 * provider, such as OpenID Connect.
 *
 * The host has a person's browser, the network, the secrets and the accounts; the module has the protocol. It never sees a
 * secret: neither the client's nor the verifier of PKCE (RFC 7636). It has no network: it asks the host to fetch. Nothing is
 * remembered between two calls, which may reach two processes: what a later step needs goes into `memo`.
 *
 *   1. `start`  where the browser is to go. The person logs in there and comes back to `redirect_uri`.
 *   2. `step`   what came back: a claim, a refusal, or a request that the host makes for the module, and then `step` again
 *               with its answer; at most 8 steps a login.
 *
 * Input and answer are JSON objects (UTF-8). A member that stands here is always there unless a "?" follows it; more may come
 * with later hosts: ignore what you do not know. The answer has the members shown and no other.
 *
 *   start  {"settings": {}, "redirect_uri": "", "state": "", "nonce": "", "code_challenge": ""}
 *          settings        what the admin set, without secrets
 *          state           goes into the URL; the host compares what comes back
 *          nonce           for id tokens; the steps get it again
 *          code_challenge  of PKCE, method S256
 *       -> {"url": "https://..."}                                    at most 8 KiB, to a host that the module may reach
 *       or {"invalid": [{"field": "client_id", "message": "..."}]}   the settings are not usable; 1 to 32, for the admin
 *
 *   step   {"settings": {}, "redirect_uri": "", "nonce": "", "now_ms": 0, "parameters": [{"name": "code", "value": ""}],
 *           "answered"?: {"status": 200, "content_type": "", "body": ""}, "memo": ""}
 *          now_ms          milliseconds since 1970-01-01 UTC
 *          parameters      of the browser's return, in its order, without `state`; the same at every step
 *          answered        to the fetch of the step before; bytes that are no UTF-8 come as U+FFFD
 *          memo            of the step before; "" at the first
 *       -> {"fetch": {"method"?: "GET" or "POST", "url": "https://...", "headers"?: [{"name": "", "value": ""}], "body"?: ""},
 *           "memo"?: ""}
 *          to a host that the manifest names (permission "http") and without redirects. url 8 KiB, 32 headers of at most 4 KiB
 *          each, body 64 KiB (POST alone), memo 8 KiB. In url (behind the host), header values and body, {{secret:NAME}} stands for
 *          a secret that the admin set, and {{code_verifier}} for that of PKCE
 *       or {"claim": {"subject": "", "email"?: "", "email_verified"?: false, "name"?: "", "given_name"?: "", "family_name"?: ""}}
 *          subject         stable and unique at this provider, 1 to 255 characters; email 254 bytes, names 200 characters
 *       or {"refuse": "A sentence for the person."}                  1 to 500 bytes
 *
 * Version 2 is the same, and its `start` may ask the host to fetch before it says where the browser goes. So a provider's
 * endpoints are found by its issuer's address alone (OpenID Connect Discovery).
 *
 *   start  {as above, "answered"?: {as at `step`}, "memo": ""}
 *          answered        to the fetch that the start before asked for
 *          memo            of the start before; "" at the first
 *       -> {"url"} or {"invalid"} as above
 *       or {"fetch": {...}, "memo"?: ""}                             as at `step`; at most 4 a login
 *
 * What a fetch brings back has at most 256 KiB and 10 s: more is no answer, and the login fails.
 *
 * `start` is asked for every login, and when an admin saves or enables the provider's settings: what it says of them reaches the
 * admin. Nothing of `start` reaches `step`: what a step needs of it, it fetches again.
 *
 * No text of an answer holds control characters, but for `body` and `memo`. An answer of another shape is a lie: the host ends
 * the process.
 */
#ifndef RAPT_AUTH_PROVIDER_H
#define RAPT_AUTH_PROVIDER_H

#include <rapt/abi.h>
#include <rapt/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_EXT_AUTH_PROVIDER_1 "rapt.auth-provider/1"
#define RAPT_EXT_AUTH_PROVIDER_2 "rapt.auth-provider/2"

/**
 * What a module whose manifest asks for the permission "auth-provider" hands out for RAPT_EXT_AUTH_PROVIDER_1. A host of an older
 * ABI never asks for it. The functions are called between `init` and `shutdown`, on the module's one thread, never while another
 * call runs.
 *
 *   state      what `init` set; the module's own
 *   input      JSON as above, the host's; valid until the call returns
 *   reply      valid until the call returns; the answer is given with `rapt_reply_1.replace`, the last one counts. The other
 *              functions of rapt.reply/1 answer RAPT_E_NOT_ALLOWED here
 *   ownership  the answer is copied by `replace`
 *   deadline   5 s; a late process is ended
 *   failure    anything but RAPT_OK, or no answer: the login fails, and the admin sees that the module could not answer; say why
 *              in the log (never what a person or a provider sent)
 */
typedef struct rapt_auth_provider_1 {
  /** The address that the browser goes to. */
  rapt_status (*start)(void* state, rapt_text input, rapt_reply* reply);
  /** What is to be done with what came back. */
  rapt_status (*step)(void* state, rapt_text input, rapt_reply* reply);
} rapt_auth_provider_1;

/**
 * The same for RAPT_EXT_AUTH_PROVIDER_2: threads, ownership, deadline and failure too. A host that knows it prefers it to
 * rapt.auth-provider/1, and never uses both: a module that can do without the fetches at `start` hands out both, and so runs on a
 * host of ABI 1.2 as well.
 */
typedef struct rapt_auth_provider_2 {
  /** The address that the browser goes to, or what has to be fetched before. */
  rapt_status (*start)(void* state, rapt_text input, rapt_reply* reply);
  /** What is to be done with what came back. */
  rapt_status (*step)(void* state, rapt_text input, rapt_reply* reply);
} rapt_auth_provider_2;

#ifdef __cplusplus
}
#endif
#endif
