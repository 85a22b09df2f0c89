/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Asks its host while nobody asks it: in init and in its self-test. Tells what it got when it is asked. */
#define OWN_INIT
#define OWN_EXTENSIONS
#include <rapt/kv.h>
#include <rapt/metrics.h>
#include <rapt/draft/self_test.h>
#include "hostile.h"

static long in_init, in_test;

static long ask(void) {
  const rapt_kv_1* kv = (const rapt_kv_1*)the_host->get_service(the_host, RAPT_SERVICE_KV_1);
  const rapt_metrics_1* metrics =
      (const rapt_metrics_1*)the_host->get_service(the_host, RAPT_SERVICE_METRICS_1);
  rapt_text value;
  if (kv == NULL || metrics == NULL) return 0;
  return kv->get(the_host, RAPT_KV_MODULE, text_of("key"), &value) * 10 + metrics->count(the_host, text_of("figure"), 1);
}

static rapt_status init(const rapt_host* host, void** state) {
  *state = NULL;
  the_host = host;
  context_service = (const rapt_context_1*)host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  reply_service = (const rapt_reply_1*)host->get_service(host, RAPT_SERVICE_REPLY_1);
  in_init = ask();
  return RAPT_OK;
}

static rapt_status run(void* state) {
  in_test = ask();
  return RAPT_OK;
}

static const void* get_extension(const char* id) {
  static const rapt_self_test_draft_1 test = {run};
  if (strcmp(id, RAPT_EXT_SELF_TEST_DRAFT_1) == 0) return &test;
  return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL;
}

ACT { return tell(reply, in_init == in_test ? in_init : 0); }
