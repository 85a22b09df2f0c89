/* SPDX-License-Identifier: Apache-2.0
 * The smallest useful module in C: counts the words of each message for the teacher. */
#include <rapt/hooks.h>
#include <rapt/note.h>
#include <stdio.h>
#include <string.h>

RAPT_ABI_NOTE;

static const rapt_context_1* context_service;
static const rapt_reply_1* reply_service;

static size_t count_words(rapt_text text) {
  size_t words = 0;
  int inside = 0;
  for (size_t i = 0; i < text.size; ++i) {
    const int space = text.data[i] == ' ' || text.data[i] == '\n' || text.data[i] == '\t';
    words += !space && !inside;
    inside = !space;
  }
  return words;
}

static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  static const char type[] = "word-count";
  char json[48];
  (void)state;
  if (hook != RAPT_HOOK_CHAT_ON_MESSAGE) return RAPT_ERROR;
  const size_t words = count_words(context_service->text(context, RAPT_FIELD_CURRENT_CONTENT));
  const int size = snprintf(json, sizeof json, "{\"words\": %zu}", words);
  const rapt_status status = reply_service->emit(reply, (rapt_text){type, sizeof type - 1}, (rapt_text){json, (size_t)size});
  return status == RAPT_OK ? RAPT_CONTINUE : RAPT_ERROR;
}

static rapt_status init(const rapt_host* host, void** state) {
  (void)state;
  context_service = host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  reply_service = host->get_service(host, RAPT_SERVICE_REPLY_1);
  return context_service != NULL && reply_service != NULL ? RAPT_OK : RAPT_E_UNAVAILABLE;
}

static void shut_down(void* state) { (void)state; }

static const void* get_extension(const char* id) {
  static const rapt_hooks_1 hooks = {call};
  return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL;
}

RAPT_EXPORT extern const rapt_entry rapt_module_entry;
const rapt_entry rapt_module_entry = {
    sizeof(rapt_entry), RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0, "word-count", "1.0.0", init, shut_down, get_extension};
