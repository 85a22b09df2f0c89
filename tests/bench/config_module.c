/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tells the configuration that it is asked with. */
#include <rapt/hooks.h>
#include <rapt/reply.h>
#include <string.h>

static const rapt_context_1* contexts;
static const rapt_reply_1* replies;

static rapt_status init(const rapt_host* host, void** state) {
  *state = NULL;
  contexts = (const rapt_context_1*)host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  replies = (const rapt_reply_1*)host->get_service(host, RAPT_SERVICE_REPLY_1);
  return contexts != NULL && replies != NULL ? RAPT_OK : RAPT_E_FAILED;
}

static void end(void* state) { (void)state; }

static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  const rapt_text type = {"config", 6};
  (void)state, (void)hook;
  return replies->emit(reply, type, contexts->text(context, RAPT_FIELD_CONFIG)) == RAPT_OK ? RAPT_CONTINUE : RAPT_ERROR;
}

static const rapt_hooks_1 hooks = {call};

static const void* get_extension(const char* id) { return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL; }

RAPT_EXPORT extern const rapt_entry rapt_module_entry;
const rapt_entry rapt_module_entry = {
    sizeof(rapt_entry), RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0, "bench-config", "1.0.0", init, end, get_extension};
