/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Gets one value as often as the message says, and tells how long each took: nanoseconds, a JSON array. */
#include <rapt/kv.h>
#include <rapt/hooks.h>
#include <rapt/reply.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const rapt_host* the_host;
static const rapt_context_1* contexts;
static const rapt_reply_1* replies;
static const rapt_kv_1* kv;

static rapt_status init(const rapt_host* host, void** state) {
  *state = NULL;
  the_host = host;
  contexts = (const rapt_context_1*)host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  replies = (const rapt_reply_1*)host->get_service(host, RAPT_SERVICE_REPLY_1);
  kv = (const rapt_kv_1*)host->get_service(host, RAPT_SERVICE_KV_1);
  return contexts != NULL && replies != NULL && kv != NULL ? RAPT_OK : RAPT_E_FAILED;
}

static void end(void* state) { (void)state; }

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  static char json[60000];
  const rapt_text order = contexts->text(context, RAPT_FIELD_CURRENT_CONTENT);
  const rapt_text key = {"key", 3}, type = {"ns", 2};
  char digits[16] = "";
  size_t used = 0;
  (void)state, (void)hook;
  memcpy(digits, order.data, order.size < sizeof digits - 1 ? order.size : sizeof digits - 1);
  for (long i = 0, rounds = strtol(digits, NULL, 10); i < rounds && used < sizeof json - 32; ++i) {
    rapt_text value;
    const long long start = now_ns();
    if (kv->get(the_host, RAPT_KV_USER, key, &value) != RAPT_OK) return RAPT_ERROR;
    used += (size_t)snprintf(json + used, sizeof json - used, "%c%lld", i == 0 ? '[' : ',', now_ns() - start);
  }
  json[used++] = ']';
  const rapt_text all = {json, used};
  return replies->emit(reply, type, all) == RAPT_OK ? RAPT_CONTINUE : RAPT_ERROR;
}

static const rapt_hooks_1 hooks = {call};

static const void* get_extension(const char* id) { return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL; }

RAPT_EXPORT extern const rapt_entry rapt_module_entry;
const rapt_entry rapt_module_entry = {
    sizeof(rapt_entry), RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0, "bench-kv", "1.0.0", init, end, get_extension};
