/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A well-behaved module in several versions. It numbers its calls, takes some milliseconds for each, and says at its end how
 * many there were. FAULT_… gives a version a flaw that shows while it is started. */
#undef MODULE_NAME
#define MODULE_NAME "hostile-count"
#define MODULE_VERSION COUNT_VERSION
#define OWN_INIT
#define OWN_SHUTDOWN
#define OWN_EXTENSIONS
#include "hostile.h"

#include <rapt/draft/self_test.h>
#include <time.h>

static long started, calls;

static void say(const char* what, long number) {
  char line[128];
  snprintf(line, sizeof line, "%s %s %ld %ld", what, MODULE_VERSION, started, number);
  log_service->write(the_host, RAPT_LOG_INFO, text_of(line));
}

static rapt_status init(const rapt_host* host, void** state) {
  *state = NULL;
  the_host = host;
  context_service = (const rapt_context_1*)host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  reply_service = (const rapt_reply_1*)host->get_service(host, RAPT_SERVICE_REPLY_1);
  log_service = (const rapt_log_1*)host->get_service(host, RAPT_SERVICE_LOG_1);
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  started = now.tv_sec * 1000000000 + now.tv_nsec;
  say("started", 0);
#if defined(FAULT_REFUSES)
  return RAPT_E_FAILED;
#elif defined(FAULT_CRASHES)
  abort();
#elif defined(FAULT_HANGS)
  for (volatile unsigned i = 0;; ++i) {
  }
#endif
  return RAPT_OK;
}

static void shutdown_module(void* state) {
  (void)state;
  say("total", calls);
}

static rapt_status self_test(void* state) {
  (void)state;
#ifdef FAULT_SELF_TEST
  say("the table is missing", 0);
  return RAPT_E_FAILED;
#else
  return RAPT_OK;
#endif
}

static const rapt_self_test_draft_1 tests = {self_test};

static const void* get_extension(const char* id) {
  if (strcmp(id, RAPT_EXT_SELF_TEST_DRAFT_1) == 0) return &tests;
  return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL;
}

ACT {
  (void)hook, (void)context;
  const struct timespec time = {0, 2000000};
  nanosleep(&time, NULL);
  char json[128];
  snprintf(json, sizeof json, "{\"call\":\"%s %ld\",\"number\":%ld}", MODULE_VERSION, started, ++calls);
  reply_service->emit(reply, text_of("count"), text_of(json));
  return RAPT_CONTINUE;
}
