@@with auth-provider
/* SPDX-License-Identifier: Apache-2.0
 *
 * A login provider: where the browser goes, and what is made of what comes back. The host puts in the secrets and makes the requests:
 * rapt/auth_provider.h.
 */
#include "parts.h"

static rapt_status refuse(rapt_reply* reply, const char* sentence) {
  rapt_buffer out = RAPT_BUFFER;
  rapt_put(&out, "{\"refuse\": ");
  rapt_put_quoted(&out, rapt_text_of(sentence));
  rapt_put(&out, "}");
  return answer_buffer(reply, &out);
}

/* The provider's address is a setting: the manifest may reach "@settings". 0 when it is not set as it has to be. */
static int put_address(rapt_buffer* to, rapt_text settings, const char* path) {
  if (!rapt_put_decoded(to, rapt_json_get(settings, "address"))) return 0;
  if (to->size <= 8 || memcmp(to->data, "https://", 8) != 0) return 0;
  while (to->data[to->size - 1] == '/') --to->size;
  rapt_put(to, path);
  return 1;
}

static void put_field(rapt_buffer* to, const char* name, rapt_text value) {
  rapt_buffer plain = RAPT_BUFFER;
  rapt_put_decoded(&plain, value);
  rapt_put(to, name);
  rapt_put_percent(to, rapt_buffer_text(&plain));
  rapt_buffer_free(&plain);
}

/* What is wrong with the settings, the administrator reads who saves them. */
static rapt_status start(void* state, rapt_text input, rapt_reply* reply) {
  const rapt_text settings = rapt_json_get(input, "settings"), id = rapt_json_get(settings, "client_id");
  rapt_buffer url = RAPT_BUFFER, out = RAPT_BUFFER;
  (void)state;
  if (!put_address(&url, settings, "/authorize?response_type=code&code_challenge_method=S256")) {
    rapt_buffer_free(&url);
    return answer(reply, "{\"invalid\": [{\"field\": \"address\", \"message\": \"Set the provider's address: https://...\"}]}");
  }
  if (!rapt_json_is_text(id) || id.size == 2) {
    rapt_buffer_free(&url);
    return answer(reply, "{\"invalid\": [{\"field\": \"client_id\", \"message\": \"Set what the provider gave.\"}]}");
  }
  put_field(&url, "&client_id=", id);
  put_field(&url, "&redirect_uri=", rapt_json_get(input, "redirect_uri"));
  put_field(&url, "&state=", rapt_json_get(input, "state"));
  put_field(&url, "&code_challenge=", rapt_json_get(input, "code_challenge"));
  rapt_put(&out, "{\"url\": ");
  rapt_put_quoted(&out, rapt_buffer_text(&url));
  rapt_put(&out, "}");
  rapt_buffer_free(&url);
  return answer_buffer(reply, &out);
}

/* The first parameter of the browser's return that is called "code". */
static rapt_text code_in(rapt_text parameters) {
  for (size_t i = 0; rapt_json_at(parameters, i).data != NULL; ++i) {
    const rapt_text one = rapt_json_at(parameters, i);
    if (rapt_json_is(rapt_json_get(one, "name"), "code")) return rapt_json_get(one, "value");
  }
  return rapt_no_text();
}

static rapt_status ask_token(rapt_text input, rapt_reply* reply) {
  const rapt_text settings = rapt_json_get(input, "settings"), code = code_in(rapt_json_get(input, "parameters"));
  rapt_buffer url = RAPT_BUFFER, form = RAPT_BUFFER, out = RAPT_BUFFER;
  if (code.data == NULL) return refuse(reply, "The login was not finished.");
  if (!put_address(&url, settings, "/token")) {
    rapt_buffer_free(&url);
    return failed("the provider's address is not set");
  }
  put_field(&form, "grant_type=authorization_code&code=", code);
  put_field(&form, "&redirect_uri=", rapt_json_get(input, "redirect_uri"));
  put_field(&form, "&client_id=", rapt_json_get(settings, "client_id"));
  rapt_put(&form, "&client_secret={{secret:client_secret}}&code_verifier={{code_verifier}}");
  rapt_put(&out, "{\"memo\": \"token\", \"fetch\": {\"method\": \"POST\", \"url\": ");
  rapt_put_quoted(&out, rapt_buffer_text(&url));
  rapt_put(&out, ", \"headers\": [{\"name\": \"Content-Type\", \"value\": \"application/x-www-form-urlencoded\"},"
                 " {\"name\": \"Accept\", \"value\": \"application/json\"}], \"body\": ");
  rapt_put_quoted(&out, rapt_buffer_text(&form));
  rapt_put(&out, "}}");
  rapt_buffer_free(&url);
  rapt_buffer_free(&form);
  return answer_buffer(reply, &out);
}

/* Whether a text may go into a header: a provider may send anything. */
static int is_bearer(rapt_text text) {
  for (size_t i = 0; i < text.size; ++i) {
    if (text.data[i] <= ' ' || text.data[i] >= 0x7f || text.data[i] == '{' || text.data[i] == '}') return 0;
  }
  return text.size > 0 && text.size <= 4000;
}

static rapt_status ask_person(rapt_text settings, rapt_text said, rapt_reply* reply) {
  rapt_buffer url = RAPT_BUFFER, token = RAPT_BUFFER, bearer = RAPT_BUFFER, out = RAPT_BUFFER;
  const int good = rapt_put_decoded(&token, rapt_json_get(said, "access_token")) && is_bearer(rapt_buffer_text(&token)) &&
                   put_address(&url, settings, "/me");
  rapt_put(&bearer, "Bearer ");
  rapt_put_text(&bearer, rapt_buffer_text(&token));
  rapt_put(&out, "{\"memo\": \"person\", \"fetch\": {\"url\": ");
  rapt_put_quoted(&out, rapt_buffer_text(&url));
  rapt_put(&out, ", \"headers\": [{\"name\": \"Accept\", \"value\": \"application/json\"}, {\"name\": \"Authorization\", \"value\": ");
  rapt_put_quoted(&out, rapt_buffer_text(&bearer));
  rapt_put(&out, "}]}}");
  rapt_buffer_free(&url);
  rapt_buffer_free(&token);
  rapt_buffer_free(&bearer);
  if (good) return answer_buffer(reply, &out);
  rapt_buffer_free(&out);
  return refuse(reply, "The login provider did not accept this login.");
}

static void put_member(rapt_buffer* out, const char* name, rapt_text value) {
  if (!rapt_json_is_text(value)) return;
  rapt_put(out, name);
  rapt_put_text(out, value);
}

static rapt_status claim(rapt_text person, rapt_reply* reply) {
  const rapt_text id = rapt_json_get(person, "id");
  rapt_buffer out = RAPT_BUFFER;
  if (!rapt_json_is_text(id) || id.size == 2) return refuse(reply, "The login provider did not say who this is.");
  put_member(&out, "{\"claim\": {\"subject\": ", id);
  put_member(&out, ", \"email\": ", rapt_json_get(person, "email"));
  put_member(&out, ", \"name\": ", rapt_json_get(person, "name"));
  rapt_put(&out, "}}");
  return answer_buffer(reply, &out);
}

/* The browser is back: asks for a token, then who it belongs to. */
static rapt_status step(void* state, rapt_text input, rapt_reply* reply) {
  const rapt_text answered = rapt_json_get(input, "answered");
  rapt_buffer said = RAPT_BUFFER;
  rapt_status status;
  (void)state;
  if (answered.data == NULL) return ask_token(input, reply);
  const int good = rapt_json_integer(rapt_json_get(answered, "status"), 0) == 200 &&
                   rapt_put_decoded(&said, rapt_json_get(answered, "body")) && rapt_json_check(rapt_buffer_text(&said));
  if (!good) {
    status = refuse(reply, "The login provider did not accept this login.");
  } else if (rapt_json_is(rapt_json_get(input, "memo"), "token")) {
    status = ask_person(rapt_json_get(input, "settings"), rapt_buffer_text(&said), reply);
  } else {
    status = claim(rapt_buffer_text(&said), reply);
  }
  rapt_buffer_free(&said);
  return status;
}

const rapt_auth_provider_1 login_provider = {start, step};
@@end
