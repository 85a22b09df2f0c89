/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The frame around one act. A file that includes it defines `act`; MODULE_NAME comes from the build.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <errno.h>
#include <rapt/abi.h>
#include <rapt/context.h>
#include <rapt/hooks.h>
#include <rapt/log.h>
#include <rapt/reply.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef MODULE_VERSION
#define MODULE_VERSION "1.0.0"
#endif
#ifndef MODULE_ABI_MAJOR
#define MODULE_ABI_MAJOR RAPT_ABI_MAJOR
#endif

static const rapt_host* the_host;
static const rapt_context_1* context_service;
static const rapt_reply_1* reply_service;
static const rapt_log_1* log_service;

#define ACT static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply)
ACT;

__attribute__((unused)) static rapt_text text_of(const char* text) {
  const rapt_text result = {text, strlen(text)};
  return result;
}

/* Reports what an attempt came to, as the extraction "result". */
__attribute__((unused)) static rapt_verdict tell(rapt_reply* reply, long value) {
  char json[32];
  snprintf(json, sizeof json, "%ld", value);
  reply_service->emit(reply, text_of("result"), text_of(json));
  return RAPT_CONTINUE;
}

/* The numbers that the test wrote into the current message, separated by spaces; how many there are. */
__attribute__((unused)) static int numbers_of(const rapt_context* context, long* numbers, int most) {
  const rapt_text content = context_service->text(context, RAPT_FIELD_CURRENT_CONTENT);
  char text[256];
  snprintf(text, sizeof text, "%.*s", (int)content.size, content.data ? content.data : "");
  int count = 0;
  for (char* at = text; count < most;) {
    char* end = at;
    numbers[count] = strtol(at, &end, 0);
    if (end == at) break;
    at = end;
    ++count;
  }
  return count;
}

/* The result of a call that fails by errno: 0 when it succeeded. */
__attribute__((unused)) static long outcome(long result) { return result < 0 ? errno : 0; }

#ifndef OWN_INIT
static rapt_status init(const rapt_host* host, void** state) {
  *state = NULL;
  the_host = host;
  context_service = (const rapt_context_1*)host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  reply_service = (const rapt_reply_1*)host->get_service(host, RAPT_SERVICE_REPLY_1);
  log_service = (const rapt_log_1*)host->get_service(host, RAPT_SERVICE_LOG_1);
  return context_service && reply_service && log_service ? RAPT_OK : RAPT_E_FAILED;
}
#else
static rapt_status init(const rapt_host* host, void** state);
#endif

#ifndef OWN_SHUTDOWN
static void shutdown_module(void* state) { (void)state; }
#else
static void shutdown_module(void* state);
#endif

static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)state;
  return act(hook, context, reply);
}

static const rapt_hooks_1 hooks = {call};

#ifdef OWN_EXTENSIONS
static const void* get_extension(const char* id);
#else
static const void* get_extension(const char* id) {
#ifdef NO_HOOKS
  return strcmp(id, "rapt.other/1") == 0 ? &hooks : NULL;
#else
  return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL;
#endif
}
#endif

RAPT_EXPORT extern const rapt_entry rapt_module_entry;
const rapt_entry rapt_module_entry = {sizeof(rapt_entry), MODULE_ABI_MAJOR, RAPT_ABI_MINOR, 0,          MODULE_NAME,
                                      MODULE_VERSION,     init,             shutdown_module, get_extension};

#ifdef __cplusplus
}
#endif
#endif
