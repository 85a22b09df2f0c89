/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A module that was built while kv and routes were drafts: it asks for the one, and hands out the other. */
#include <rapt/hooks.h>
#include <rapt/note.h>
#include <rapt/routes.h>
#include <string.h>

RAPT_ABI_NOTE;

static const void* kv;

static rapt_status init(const rapt_host* host, void** state) {
  kv = host->get_service(host, "rapt.kv/draft-1");
  *state = NULL;
  return kv == NULL ? RAPT_OK : RAPT_E_FAILED;
}

static void shut_down(void* state) {
  (void)state;
}

static rapt_status handle(void* state, rapt_text input, rapt_reply* reply) {
  (void)state, (void)input, (void)reply;
  return RAPT_E_FAILED;
}

static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)state, (void)hook, (void)context, (void)reply;
  return RAPT_CONTINUE;
}

static const void* get_extension(const char* id) {
  static const rapt_routes_1 routes = {handle};
  static const rapt_hooks_1 hooks = {call};
  if (strcmp(id, "rapt.routes/draft-1") == 0) return &routes;
  return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL;
}

RAPT_EXPORT extern const rapt_entry rapt_module_entry;
const rapt_entry rapt_module_entry = {sizeof(rapt_entry), RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0, "drafted", "1.0.0", init,
                                      shut_down,          get_extension};
