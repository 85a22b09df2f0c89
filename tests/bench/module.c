/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Looks at the current message and has nothing to say; but one that begins with "spin" it never stops looking at. */
#include <rapt/hooks.h>
#include <string.h>

#ifndef BENCH_NAME
#define BENCH_NAME "bench"
#endif

static const rapt_context_1* contexts;

static rapt_status init(const rapt_host* host, void** state) {
  *state = NULL;
  contexts = (const rapt_context_1*)host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  return contexts != NULL ? RAPT_OK : RAPT_E_FAILED;
}

static void end(void* state) { (void)state; }

static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)state, (void)hook, (void)reply;
  const rapt_text text = contexts->text(context, RAPT_FIELD_CURRENT_CONTENT);
  if (text.size >= 4 && memcmp(text.data, "spin", 4) == 0) {
    for (;;) __asm__ volatile("");
  }
  return text.size != 0 && memchr(text.data, '@', text.size) == NULL ? RAPT_CONTINUE : RAPT_ERROR;
}

static const rapt_hooks_1 hooks = {call};

static const void* get_extension(const char* id) { return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL; }

RAPT_EXPORT extern const rapt_entry rapt_module_entry;
const rapt_entry rapt_module_entry = {
    sizeof(rapt_entry), RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0, BENCH_NAME, "1.0.0", init, end, get_extension};
