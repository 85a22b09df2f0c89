/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A stream filter whose configuration says what it does, all optional: {"mask": "…"} replaces a phrase by "[masked]" and holds
 * back what may be its beginning; {"cut_at": "…"} cuts the answer off; {"die_at": "…"} dies; {"last_words": "…"} replaces the
 * whole answer at its end. The texts hold no character that JSON escapes. */
#include <rapt/context.h>
#include <rapt/hooks.h>
#include <rapt/reply.h>
#include <rapt/stream.h>
#include <stdlib.h>
#include <string.h>

#ifndef MODULE_NAME
#define MODULE_NAME "e2e-stream-filter"
#endif

static const rapt_context_1* contexts;
static const rapt_reply_1* replies;
static const rapt_stream_1* streams;

static rapt_text text_of(const char* text) {
  const rapt_text result = {text, strlen(text)};
  return result;
}

/* The first place of `part` in `text` from `from` on; text.size when there is none. */
static size_t find(rapt_text text, size_t from, rapt_text part) {
  for (size_t at = from; at + part.size <= text.size; ++at) {
    if (memcmp(text.data + at, part.data, part.size) == 0) return at;
  }
  return text.size;
}

/* What the configuration says under `key`; empty when nothing. */
static rapt_text setting(const rapt_context* context, const char* key) {
  const rapt_text config = contexts->text(context, RAPT_FIELD_CONFIG), none = {NULL, 0};
  const size_t at = find(config, 0, text_of(key));
  if (at == config.size) return none;
  const rapt_text quote = text_of("\"");
  const size_t begin = find(config, at + strlen(key), quote) + 1, end = find(config, begin, quote);
  if (end >= config.size) return none;
  const rapt_text found = {config.data + begin, end - begin};
  return found;
}

static int holds(rapt_text text, rapt_text part) { return part.size != 0 && find(text, 0, part) != text.size; }

/* How many bytes at the end of the text may be the beginning of the phrase. */
static size_t beginning(rapt_text text, size_t from, rapt_text phrase) {
  size_t size = phrase.size - 1 < text.size - from ? phrase.size - 1 : text.size - from;
  while (size > 0 && memcmp(text.data + text.size - size, phrase.data, size) != 0) --size;
  return size;
}

static rapt_verdict mask(const rapt_context* context, rapt_reply* reply, rapt_text window, rapt_text phrase) {
  const rapt_text mark = text_of("[masked]");
  char* out = malloc((window.size / phrase.size + 1) * mark.size + window.size);
  if (out == NULL) return RAPT_ERROR;
  size_t size = 0, from = 0;
  for (size_t at; (at = find(window, from, phrase)) != window.size; from = at + phrase.size) {
    memcpy(out + size, window.data + from, at - from);
    size += at - from;
    memcpy(out + size, mark.data, mark.size);
    size += mark.size;
  }
  const int last = contexts->number(context, RAPT_NUMBER_WINDOW_LAST) == 1;
  const size_t held = last ? 0 : beginning(window, from, phrase);
  if (from == 0 && held == 0) {
    free(out);
    return RAPT_CONTINUE;
  }
  memcpy(out + size, window.data + from, window.size - held - from);
  size += window.size - held - from;
  const rapt_text text = {out, size};
  const rapt_status replaced = replies->replace(reply, text);
  free(out);
  if (replaced != RAPT_OK) return RAPT_ERROR;
  return held == 0 || streams->hold(reply, held) == RAPT_OK ? RAPT_REPLACE : RAPT_ERROR;
}

static rapt_verdict on_delta(const rapt_context* context, rapt_reply* reply) {
  const rapt_text window = contexts->text(context, RAPT_FIELD_CURRENT_CONTENT);
  const rapt_text phrase = setting(context, "\"mask\"");
  if (holds(window, setting(context, "\"die_at\""))) __builtin_trap();
  if (holds(window, setting(context, "\"cut_at\"")))
    return replies->block(reply, text_of("That goes too far.")) == RAPT_OK ? RAPT_BLOCK : RAPT_ERROR;
  return phrase.size == 0 ? RAPT_CONTINUE : mask(context, reply, window, phrase);
}

static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)state;
  if (hook == RAPT_HOOK_CHAT_ON_DELTA) return on_delta(context, reply);
  const rapt_text words = setting(context, "\"last_words\"");
  if (words.size == 0) return RAPT_CONTINUE;
  return replies->replace(reply, words) == RAPT_OK ? RAPT_REPLACE : RAPT_ERROR;
}

static rapt_status init(const rapt_host* host, void** state) {
  *state = NULL;
  contexts = (const rapt_context_1*)host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  replies = (const rapt_reply_1*)host->get_service(host, RAPT_SERVICE_REPLY_1);
  streams = (const rapt_stream_1*)host->get_service(host, RAPT_SERVICE_STREAM_1);
  return contexts != NULL && replies != NULL && streams != NULL ? RAPT_OK : RAPT_E_FAILED;
}

static void end(void* state) { (void)state; }

static const rapt_hooks_1 hooks = {call};

static const void* get_extension(const char* id) { return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL; }

RAPT_EXPORT extern const rapt_entry rapt_module_entry;
const rapt_entry rapt_module_entry = {
    sizeof(rapt_entry), RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0, MODULE_NAME, "1.0.0", init, end, get_extension};
