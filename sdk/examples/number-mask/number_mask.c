/* SPDX-License-Identifier: Apache-2.0
 * A stream filter in C: hides long numbers (phones, accounts) in the AI's answers while they are written. A number at the end of
 * a window may go on in the next one, so it is held back. */
#include <rapt/hooks.h>
#include <rapt/note.h>
#include <rapt/stream.h>
#include <stdlib.h>
#include <string.h>

RAPT_ABI_NOTE;

static const char kMark[] = "[hidden]";
enum { kMarkSize = sizeof kMark - 1, kLong = 8 }; /* so many digits; the mark is no longer, so that a text never grows */

static const rapt_context_1* contexts;
static const rapt_reply_1* replies;
static const rapt_stream_1* streams;

static size_t digits_at(rapt_text text, size_t at) {
  size_t end = at;
  while (end < text.size && text.data[end] >= '0' && text.data[end] <= '9') ++end;
  return end - at;
}

/* Copies `text` without its long numbers; `*held` becomes the number of bytes at its end that may be half a number. */
static size_t mask(rapt_text text, int last, char* out, size_t* held) {
  size_t size = 0;
  *held = 0;
  for (size_t at = 0; at < text.size;) {
    const size_t digits = digits_at(text, at), step = digits == 0 ? 1 : digits;
    if (digits != 0 && at + digits == text.size && !last) {
      *held = digits;
      break;
    }
    const char* from = digits >= kLong ? kMark : text.data + at;
    const size_t bytes = digits >= kLong ? kMarkSize : step;
    memcpy(out + size, from, bytes);
    size += bytes;
    at += step;
  }
  return size;
}

static rapt_verdict on_delta(const rapt_context* context, rapt_reply* reply) {
  const rapt_text window = contexts->text(context, RAPT_FIELD_CURRENT_CONTENT);
  char* out = malloc(window.size + 1);
  if (out == NULL) return RAPT_ERROR;
  size_t held;
  const size_t size = mask(window, contexts->number(context, RAPT_NUMBER_WINDOW_LAST) == 1, out, &held);
  const rapt_text passes = {out, size};
  /* A number that is longer than what can be held fails here, and the fail policy decides. */
  const int good = (held == 0 || streams->hold(reply, held) == RAPT_OK) && replies->replace(reply, passes) == RAPT_OK;
  free(out);
  return good ? RAPT_REPLACE : RAPT_ERROR;
}

static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)state;
  return hook == RAPT_HOOK_CHAT_ON_DELTA ? on_delta(context, reply) : RAPT_ERROR;
}

static rapt_status init(const rapt_host* host, void** state) {
  (void)state;
  contexts = host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  replies = host->get_service(host, RAPT_SERVICE_REPLY_1);
  streams = host->get_service(host, RAPT_SERVICE_STREAM_1);
  return contexts != NULL && replies != NULL && streams != NULL ? RAPT_OK : RAPT_E_UNAVAILABLE;
}

static void shut_down(void* state) { (void)state; }

static const void* get_extension(const char* id) {
  static const rapt_hooks_1 hooks = {call};
  return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL;
}

RAPT_EXPORT extern const rapt_entry rapt_module_entry;
const rapt_entry rapt_module_entry = {
    sizeof(rapt_entry), RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0, "number-mask", "1.0.0", init, shut_down, get_extension};
