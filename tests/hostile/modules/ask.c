/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Asks its host what the message says, one question a line, and replaces the message by what it got: "STATUS TEXT" a line, a long text as "*BYTES". Words are
 * separated by "|"; "*N" stands for N letters, "-" for an absent text, "!" for a byte that is not UTF-8. */
#include <rapt/ai.h>
#include <rapt/directory.h>
#include <rapt/grades.h>
#include <rapt/http.h>
#include <rapt/kv.h>
#include <rapt/metrics.h>
#include <rapt/secrets.h>
#include <rapt/sessions.h>
#include <rapt/sql.h>
#include "hostile.h"

#define MOST 10
static char said[1 << 21];
static size_t used;

static void say(rapt_status status, rapt_text text) {
  char size[32];
  snprintf(size, sizeof size, "*%zu", text.size);
  if (text.size > 10000) text = text_of(size);
  used += (size_t)snprintf(said + used, sizeof said - used, "%d %.*s\n", (int)status, text.data ? (int)text.size : 1,
                           text.data ? text.data : "-");
}

static rapt_text word_of(char* word) {
  const rapt_text absent = {NULL, 0};
  if (word == NULL || strcmp(word, "-") == 0) return absent;
  if (strcmp(word, "!") == 0) return text_of("\xff");
  if (*word != '*') return text_of(word);
  static char letters[4][(1 << 20) + 8192];
  static int next;
  char* room = letters[next++ % 4];
  const size_t size = (size_t)atol(word + 1);
  memset(room, 'x', size < sizeof letters[0] ? size : sizeof letters[0]);
  const rapt_text text = {room, size};
  return text;
}

static int split(char* line, char** words) {
  int count = 0;
  for (char* word = strtok(line, "|"); word != NULL && count < MOST; word = strtok(NULL, "|")) words[count++] = word;
  for (int i = count; i < MOST; ++i) words[i] = NULL;
  return count;
}

static long number(char* word) { return word == NULL ? 0 : strtol(word, NULL, 10); }

static void ask_kv(char** w) {
  const rapt_kv_1* kv = (const rapt_kv_1*)the_host->get_service(the_host, RAPT_SERVICE_KV_1);
  rapt_text text = {NULL, 0};
  char digits[32];
  if (kv == NULL) return say(RAPT_E_NOT_ALLOWED, text_of("no service"));
  const rapt_kv_scope scope = (rapt_kv_scope)number(w[2]);
  rapt_status status = RAPT_E_FAILED;
  if (strcmp(w[1], "get") == 0) status = kv->get(the_host, scope, word_of(w[3]), &text);
  if (strcmp(w[1], "put") == 0) status = kv->put(the_host, scope, word_of(w[3]), word_of(w[4]), number(w[5]));
  if (strcmp(w[1], "erase") == 0) status = kv->erase(the_host, scope, word_of(w[3]));
  if (strcmp(w[1], "keys") == 0)
    status = kv->keys(the_host, scope, word_of(w[3]), word_of(w[4]), (uint32_t)number(w[5]), &text);
  if (strcmp(w[1], "add") == 0) {
    int64_t sum = 0;
    status = kv->add(the_host, scope, word_of(w[3]), number(w[4]), number(w[5]), &sum);
    snprintf(digits, sizeof digits, "%lld", (long long)sum);
    text = text_of(digits);
  }
  if (strcmp(w[1], "swap") == 0) {
    int32_t swapped = 0;
    status = kv->swap(the_host, scope, word_of(w[3]), word_of(w[4]), word_of(w[5]), number(w[6]), &swapped);
    text = text_of(swapped ? "1" : "0");
  }
  say(status, text);
}

static void ask_about_people(char** w) {
  rapt_text text = {NULL, 0};
  rapt_status (*function)(const rapt_host*, rapt_text, rapt_text*) = NULL;
  if (strcmp(w[0], "directory") == 0) {
    const rapt_directory_1* directory =
        (const rapt_directory_1*)the_host->get_service(the_host, RAPT_SERVICE_DIRECTORY_1);
    if (directory != NULL) function = strcmp(w[1], "read") == 0 ? directory->read : directory->write;
  } else if (strcmp(w[0], "sessions") == 0) {
    const rapt_sessions_1* sessions =
        (const rapt_sessions_1*)the_host->get_service(the_host, RAPT_SERVICE_SESSIONS_1);
    if (sessions != NULL) function = strcmp(w[1], "list") == 0 ? sessions->list : sessions->transcript;
  } else {
    const rapt_grades_1* grades =
        (const rapt_grades_1*)the_host->get_service(the_host, RAPT_SERVICE_GRADES_1);
    if (grades != NULL) function = strcmp(w[1], "read") == 0 ? grades->read : grades->write;
  }
  if (function == NULL) return say(RAPT_E_NOT_ALLOWED, text_of("no service"));
  const rapt_status status = function(the_host, word_of(w[2]), &text);
  say(status, text);
}

static void ask_in_json(char** w) {
  rapt_text text = {NULL, 0};
  rapt_status status = RAPT_E_FAILED;
  if (strcmp(w[0], "ai") == 0) {
    const rapt_ai_1* ai = (const rapt_ai_1*)the_host->get_service(the_host, RAPT_SERVICE_AI_1);
    if (ai == NULL) return say(RAPT_E_NOT_ALLOWED, text_of("no service"));
    status = (strcmp(w[1], "embed") == 0 ? ai->embed : ai->chat)(the_host, word_of(w[2]), &text);
  } else {
    const rapt_secrets_1* secrets =
        (const rapt_secrets_1*)the_host->get_service(the_host, RAPT_SERVICE_SECRETS_1);
    if (secrets == NULL) return say(RAPT_E_NOT_ALLOWED, text_of("no service"));
    status = (strcmp(w[1], "list") == 0   ? secrets->list
              : strcmp(w[1], "sign") == 0 ? secrets->sign
                                          : secrets->verify)(the_host, word_of(w[2]), &text);
  }
  say(status, text);
}

static void ask_other(char** w) {
  rapt_text text = {NULL, 0}, second = {NULL, 0};
  rapt_status status = RAPT_E_FAILED;
  if (strcmp(w[0], "sql") == 0) {
    const rapt_sql_1* sql = (const rapt_sql_1*)the_host->get_service(the_host, RAPT_SERVICE_SQL_1);
    if (sql == NULL) return say(RAPT_E_NOT_ALLOWED, text_of("no service"));
    status = strcmp(w[1], "query") == 0 ? sql->query(the_host, word_of(w[2]), word_of(w[3]), &text)
                                        : sql->transact(the_host, word_of(w[2]), &text);
  } else if (strcmp(w[0], "http") == 0) {
    const rapt_http_1* http = (const rapt_http_1*)the_host->get_service(the_host, RAPT_SERVICE_HTTP_1);
    if (http == NULL) return say(RAPT_E_NOT_ALLOWED, text_of("no service"));
    status = http->request(the_host, word_of(w[1]), word_of(w[2]), &text, &second);
    say(status, second);
  } else {
    const rapt_metrics_1* metrics =
        (const rapt_metrics_1*)the_host->get_service(the_host, RAPT_SERVICE_METRICS_1);
    if (metrics == NULL) return say(RAPT_E_NOT_ALLOWED, text_of("no service"));
    status = strcmp(w[0], "count") == 0 ? metrics->count(the_host, word_of(w[1]), number(w[2]))
                                        : metrics->observe(the_host, word_of(w[1]), strtod(w[2], NULL));
  }
  say(status, text);
}

ACT {
  static char orders[1 << 16];
  char* rest = orders;
  const rapt_text content = context_service->text(context, RAPT_FIELD_CURRENT_CONTENT);
  snprintf(orders, sizeof orders, "%.*s", (int)content.size, content.data);
  used = 0;
  for (char* line; (line = strsep(&rest, "\n")) != NULL;) {
    char* words[MOST];
    if (split(line, words) == 0) continue;
    if (strcmp(words[0], "kv") == 0) ask_kv(words);
    else if (strcmp(words[0], "ai") == 0 || strcmp(words[0], "secrets") == 0) ask_in_json(words);
    else if (strcmp(words[0], "directory") == 0 || strcmp(words[0], "sessions") == 0 || strcmp(words[0], "grades") == 0)
      ask_about_people(words);
    else ask_other(words);
  }
  const rapt_text all = {said, used};
  return reply_service->replace(reply, all) == RAPT_OK ? RAPT_REPLACE : RAPT_ERROR;
}
