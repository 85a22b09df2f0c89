/* SPDX-License-Identifier: Apache-2.0
 *
 * @TITLE@. What a module may do, and may not, stands in MODULES.md of RaptScallions.
 */
#include <rapt/hooks.h>
#include <rapt/note.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

RAPT_ABI_NOTE; /* the ABI version, readable without running the module */

static const rapt_context_1* contexts;
static const rapt_reply_1* replies;

static rapt_text text_of(const char* text) {
  const rapt_text out = {text, strlen(text)};
  return out;
}

/* Records a finding with one number in it. */
static rapt_verdict emit_number(rapt_reply* reply, const char* type, const char* name, size_t number) {
  char json[96];
  snprintf(json, sizeof json, "{\"%s\": %zu}", name, number);
  return replies->emit(reply, text_of(type), text_of(json)) == RAPT_OK ? RAPT_CONTINUE : RAPT_ERROR;
}
@@hook chat:on_message,chat:after_ai

static size_t count_words(rapt_text text) {
  size_t words = 0;
  int inside = 0;
  for (size_t i = 0; i < text.size; ++i) {
    const int space = text.data[i] == ' ' || text.data[i] == '\n' || text.data[i] == '\t';
    if (!space && !inside) ++words;
    inside = !space;
  }
  return words;
}
@@end
@@hook chat:on_delta

/* The next window of an answer, before the reader sees it, without the mark U+FEFF, which nobody sees. Hold back (rapt/stream.h)
 * what may be the beginning of what you look for: MODULES.md, "A stream filter". */
static rapt_verdict on_delta(rapt_text window, rapt_reply* reply) {
  static const char mark[] = "\xEF\xBB\xBF";
  size_t size = 0;
  if (window.size < 3) return RAPT_CONTINUE;
  char* out = malloc(window.size);
  if (out == NULL) return RAPT_ERROR;
  for (size_t i = 0; i < window.size;) {
    if (window.size - i >= 3 && memcmp(window.data + i, mark, 3) == 0) {
      i += 3;
    } else {
      out[size++] = window.data[i++];
    }
  }
  const rapt_text rest = {out, size};
  const rapt_status done = size == window.size ? RAPT_OK : replies->replace(reply, rest);
  free(out);
  if (done != RAPT_OK) return RAPT_ERROR;
  return size == window.size ? RAPT_CONTINUE : RAPT_REPLACE;
}
@@end

static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  const rapt_text content = contexts->text(context, RAPT_FIELD_CURRENT_CONTENT);
  (void)state, (void)content;
  switch (hook) {
@@hook chat:on_message
    case RAPT_HOOK_CHAT_ON_MESSAGE: /* a message arrived; may emit, replace, block */
      return emit_number(reply, "message-words", "words", count_words(content));
@@end
@@hook chat:before_ai
    case RAPT_HOOK_CHAT_BEFORE_AI: /* before the AI is asked; may emit, replace, instruct, block */
      if (content.size == 0 || memchr(content.data, '?', content.size) == NULL) return RAPT_CONTINUE;
      return replies->instruct(reply, text_of("Answer the question before anything else.")) == RAPT_OK ? RAPT_CONTINUE : RAPT_ERROR;
@@end
@@hook chat:after_ai
    case RAPT_HOOK_CHAT_AFTER_AI: /* the AI's answer is there, whole; may emit, replace, block */
      return emit_number(reply, "answer-words", "words", count_words(content));
@@end
@@hook session:start
    case RAPT_HOOK_SESSION_START: /* a conversation was opened; may emit */
      return emit_number(reply, "session-opened", "messages", contexts->message_count(context));
@@end
@@hook session:end
    case RAPT_HOOK_SESSION_END: /* a conversation was completed; may emit */
      return emit_number(reply, "session-closed", "messages", contexts->message_count(context));
@@end
@@hook product:before_ai
    case RAPT_HOOK_PRODUCT_BEFORE_AI: /* a run's input fits its schema; may emit, replace (JSON), instruct, block */
      return emit_number(reply, "input-bytes", "bytes", contexts->text(context, RAPT_FIELD_INPUT).size);
@@end
@@hook product:after_ai
    case RAPT_HOOK_PRODUCT_AFTER_AI: /* a run's output fits its schema; may emit, replace (JSON), block */
      return emit_number(reply, "output-bytes", "bytes", contexts->text(context, RAPT_FIELD_OUTPUT).size);
@@end
@@hook run:complete
    case RAPT_HOOK_RUN_COMPLETE: /* a run has ended; may emit */
      return emit_number(reply, "run-ended", "messages", contexts->message_count(context));
@@end
@@hook chat:on_delta
    case RAPT_HOOK_CHAT_ON_DELTA:
      return on_delta(content, reply);
@@end
    default:
      return RAPT_ERROR;
  }
}

static rapt_status init(const rapt_host* host, void** state) {
  (void)state;
  contexts = host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  replies = host->get_service(host, RAPT_SERVICE_REPLY_1);
  return contexts != NULL && replies != NULL ? RAPT_OK : RAPT_E_UNAVAILABLE;
}

static void shut_down(void* state) { (void)state; }

static const void* get_extension(const char* id) {
  static const rapt_hooks_1 hooks = {call};
  return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL;
}

RAPT_EXPORT extern const rapt_entry rapt_module_entry;
const rapt_entry rapt_module_entry = {sizeof(rapt_entry),  RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0,        RAPT_MODULE_NAME,
                                      RAPT_MODULE_VERSION, init,           shut_down,      get_extension};
