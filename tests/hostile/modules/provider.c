/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A login provider that answers what the test has written into "redirect_uri": HEX of an answer, or the name of an act. */
#include <rapt/auth_provider.h>
#define OWN_EXTENSIONS
#include "corrupt.h"
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context, (void)reply;
  return RAPT_CONTINUE;
}

static char answer[1 << 20];

static size_t unhex(const char* from, size_t size) {
  size_t count = 0;
  for (; count + 1 <= size / 2 && count < sizeof answer; ++count) {
    const char digits[3] = {from[2 * count], from[2 * count + 1], 0};
    answer[count] = (char)strtol(digits, NULL, 16);
  }
  return count;
}

/* Bytes that the service would not take, written where it put others. */
static rapt_status smuggle(rapt_reply* reply, size_t size) {
  static char harmless[sizeof answer];
  memset(harmless, ' ', size);
  harmless[0] = '1';
  const rapt_text text = {harmless, size};
  const rapt_status status = reply_service->replace(reply, text);
  if (status == RAPT_OK) memcpy(layout(reply)->area + layout(reply)->body.text.offset, answer, size);
  return status;
}

static rapt_status other_functions(rapt_reply* reply) {
  const rapt_status wanted = RAPT_E_NOT_ALLOWED;
  const int refused = reply_service->emit(reply, text_of("result"), text_of("1")) == wanted &&
                      reply_service->block(reply, text_of("no")) == wanted &&
                      reply_service->instruct(reply, text_of("no")) == wanted;
  return reply_service->replace(reply, text_of(refused ? "{\"refuse\":\"all refused\"}" : "{\"refuse\":\"taken\"}"));
}

static rapt_status answer_as_told(rapt_text input, rapt_reply* reply) {
  static const char key[] = "\"redirect_uri\":\"";
  const char* at = (const char*)memmem(input.data, input.size, key, sizeof key - 1);
  if (at == NULL) return RAPT_E_INVALID;
  at += sizeof key - 1;
  const char* end = (const char*)memchr(at, '"', (size_t)(input.data + input.size - at));
  const size_t size = (size_t)(end - at);
  const char word = size > 4 ? at[0] : 0;
  const size_t bytes = unhex(at + 4, size - 4);
  const rapt_text text = {answer, bytes};
  switch (word) {
    case 'h': return reply_service->replace(reply, text); /* hex: */
    case 'r': return smuggle(reply, bytes);               /* raw: */
    case 'l': for (;;) {}                                 /* loop: */
    case 'c': *(volatile int*)8 = 1; return RAPT_OK;      /* crash: */
    case 'f': return RAPT_E_FAILED;                       /* fail: */
    case 'n': return RAPT_OK;                             /* nothing: */
    case 'o': return other_functions(reply);              /* other: */
    default: return RAPT_E_INVALID;
  }
}

static rapt_status start(void* state, rapt_text input, rapt_reply* reply) {
  (void)state;
  return answer_as_told(input, reply);
}

static const rapt_auth_provider_1 provider = {start, start};

static const void* get_extension(const char* id) {
  if (strcmp(id, RAPT_EXT_HOOKS_1) == 0) return &hooks;
#ifdef NO_PROVIDER
  return NULL;
#else
  return strcmp(id, RAPT_EXT_AUTH_PROVIDER_1) == 0 ? &provider : NULL;
#endif
}
