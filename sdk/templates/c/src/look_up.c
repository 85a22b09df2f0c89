@@with http
/* SPDX-License-Identifier: Apache-2.0
 *
 * Another server, asked in the background: no lesson waits for it. The manifest names it, and the host puts in the secret: rapt/http.h.
 */
#include <rapt/http.h>
#include <rapt/kv.h>

#include "parts.h"

rapt_status look_up(rapt_reply* reply) {
  static const char request[] =
      "{\"method\": \"GET\", \"url\": \"https://api.example.org/word\", \"timeout_ms\": 10000,"
      " \"headers\": {\"Authorization\": \"Bearer {{secret:token}}\"}}";
  rapt_text head = rapt_no_text(), body = rapt_no_text();
  rapt_buffer word = RAPT_BUFFER;
  const rapt_http_1* http = this_host->get_service(this_host, RAPT_SERVICE_HTTP_1);
  const rapt_kv_1* kv = this_host->get_service(this_host, RAPT_SERVICE_KV_1);
  if (http == NULL || kv == NULL) return failed("http or kv was not granted");
  const rapt_status status = http->request(this_host, rapt_text_of(request), rapt_no_text(), &head, &body);
  if (status == RAPT_E_UNAVAILABLE) return answer(reply, "{\"again_in_s\": 600, \"reason\": \"The server cannot be reached.\"}");
  if (status == RAPT_E_INVALID) return answer(reply, "{\"give_up\": \"The request is not right. Is the token set?\"}");
  if (status != RAPT_OK) return failed("the host does not ask that server");
  if (rapt_json_integer(rapt_json_get(head, "status"), 0) != 200)
    return answer(reply, "{\"again_in_s\": 600, \"reason\": \"The server has no word.\"}");
  rapt_put_text(&word, body); /* a copy: what the host gave lives until it is asked again */
  const rapt_status kept = kv->put(this_host, RAPT_KV_MODULE, rapt_text_of("word"), rapt_buffer_text(&word), 0);
  rapt_buffer_free(&word);
  return kept == RAPT_OK ? answer(reply, "{}") : failed("the word cannot be kept");
}
@@end
