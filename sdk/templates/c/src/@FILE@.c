/* SPDX-License-Identifier: Apache-2.0
 *
 * @TITLE@. What a module may do, and may not, stands in MODULES.md of RaptScallions.
 */
@@with events
#include <rapt/events.h>
@@end
@@with exports
#include <rapt/exports.h>
@@end
@@with hooks
#include <rapt/hooks.h>
@@end
@@with jobs,http
#include <rapt/jobs.h>
@@end
@@with events
#include <rapt/kv.h>
@@end
#include <rapt/note.h>
@@with panels
#include <rapt/panels.h>
@@end
@@with routes
#include <rapt/routes.h>
@@end
@@with chat:on_delta
#include <rapt/stream.h>
@@end

#include "parts.h"

RAPT_ABI_NOTE; /* the ABI version, readable without running the module */

const rapt_host* this_host;
const rapt_reply_1* replies;
static const rapt_log_1* lines; /* NULL on a host without a log */
@@with hooks
static const rapt_context_1* contexts;
@@end
@@with chat:on_delta
static const rapt_stream_1* streams;
@@end

rapt_status failed(const char* why) {
  if (lines != NULL) lines->write(this_host, RAPT_LOG_ERROR, rapt_text_of(why));
  return RAPT_E_FAILED;
}

rapt_status answer(rapt_reply* reply, const char* json) { return replies->replace(reply, rapt_text_of(json)); }

rapt_status answer_buffer(rapt_reply* reply, rapt_buffer* json) {
  const rapt_status status = replies->replace(reply, rapt_buffer_text(json));
  rapt_buffer_free(json);
  return status;
}
@@with jobs,http

/* It may be run again although it had done its work: rapt/jobs.h. */
static rapt_status on_job(void* state, rapt_text input, rapt_reply* reply) {
  (void)state;
@@with http
  if (rapt_json_is(rapt_json_get(input, "name"), "look-up")) return look_up(reply);
@@end
@@with jobs
  if (rapt_json_is(rapt_json_get(input, "name"), "tidy")) return delete_old_notes(rapt_json_get(input, "settings"), reply);
@@end
  return failed("the manifest names a job that is not there");
}
@@end
@@with events

/* A conversation has ended: rapt/events.h. It may be told again; `id` says that it is the same. Doing this twice does no harm. */
static rapt_status on_event(void* state, rapt_text input, rapt_reply* reply) {
  const rapt_text session = rapt_json_get(rapt_json_get(input, "payload"), "session_id");
  rapt_text said = rapt_no_text();
  rapt_buffer event = RAPT_BUFFER;
  (void)state;
  if (!rapt_json_is_text(session)) return answer(reply, "{}");
  const rapt_events_service_1* events = this_host->get_service(this_host, RAPT_SERVICE_EVENTS_1);
  const rapt_kv_1* kv = this_host->get_service(this_host, RAPT_SERVICE_KV_1);
  if (events == NULL || kv == NULL) return failed("events or kv was not granted");
  if (kv->put(this_host, RAPT_KV_MODULE, rapt_text_of("last-completed"), session, 0) != RAPT_OK)
    return failed("the conversation cannot be noted");
  rapt_put(&event, "{\"type\": \"conversation-noted\", \"payload\": {\"session_id\": ");
  rapt_put_text(&event, session);
  rapt_put(&event, "}}");
  const rapt_status status = events->publish(this_host, rapt_buffer_text(&event), &said);
  rapt_buffer_free(&event);
  return status == RAPT_OK ? answer(reply, "{}") : failed("the event cannot be published");
}
@@end
@@with chat:on_message,chat:after_ai,session:start,session:end,product:before_ai,product:after_ai,run:complete

/* Records a finding with one number in it. */
static rapt_verdict emit_number(rapt_reply* reply, const char* type, const char* name, size_t number) {
  rapt_buffer json = RAPT_BUFFER;
  rapt_put(&json, "{\"");
  rapt_put(&json, name);
  rapt_put(&json, "\": ");
  rapt_put_integer(&json, (int64_t)number);
  rapt_put(&json, "}");
  const rapt_status status = replies->emit(reply, rapt_text_of(type), rapt_buffer_text(&json));
  rapt_buffer_free(&json);
  return status == RAPT_OK ? RAPT_CONTINUE : RAPT_ERROR;
}
@@end
@@with chat:on_message,chat:after_ai

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
@@with chat:on_delta

/* Whether the last `size` bytes of a text are the first ones of another. */
static int ends_with_beginning(rapt_text text, rapt_text of, size_t size) {
  return size <= text.size && memcmp(text.data + text.size - size, of.data, size) == 0;
}

/* The next window of an answer, before the reader sees it. What may be the beginning of the phrase is held back, and comes again at the
 * start of the next window: rapt/stream.h. */
static rapt_verdict mask(rapt_text rest, rapt_text phrase, int last, rapt_reply* reply) {
  rapt_buffer out = RAPT_BUFFER;
  size_t held = 0;
  for (size_t at = 0; rest.size >= phrase.size && at <= rest.size - phrase.size;) {
    if (memcmp(rest.data + at, phrase.data, phrase.size) != 0) {
      ++at;
      continue;
    }
    const rapt_text before = {rest.data, at};
    rapt_put_text(&out, before);
    rapt_put(&out, "[removed]");
    rest.data += at + phrase.size;
    rest.size -= at + phrase.size;
    at = 0;
  }
  for (size_t size = 1; size < phrase.size && !last; ++size) {
    if (ends_with_beginning(rest, phrase, size)) held = size;
  }
  rest.size -= held;
  rapt_put_text(&out, rest);
  const int good = (held == 0 || streams->hold(reply, held) == RAPT_OK) && answer_buffer(reply, &out) == RAPT_OK;
  return good ? RAPT_REPLACE : RAPT_ERROR;
}

static rapt_verdict on_delta(const rapt_context* context, rapt_reply* reply) {
  const rapt_text config = contexts->text(context, RAPT_FIELD_CONFIG);
  const int last = contexts->number(context, RAPT_NUMBER_WINDOW_LAST) == 1;
  rapt_buffer phrase = RAPT_BUFFER;
  rapt_put_decoded(&phrase, rapt_json_get(config, "phrase"));
  if (phrase.size == 0) rapt_put(&phrase, "answer key");
  const rapt_verdict verdict =
      phrase.failed ? RAPT_ERROR : mask(contexts->text(context, RAPT_FIELD_CURRENT_CONTENT), rapt_buffer_text(&phrase), last, reply);
  rapt_buffer_free(&phrase);
  return verdict;
}
@@end
@@with hooks

static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  const rapt_text content = contexts->text(context, RAPT_FIELD_CURRENT_CONTENT);
  (void)state, (void)content;
  switch (hook) {
@@with chat:on_message
    case RAPT_HOOK_CHAT_ON_MESSAGE: /* a message arrived; may emit, replace, block */
      return emit_number(reply, "message-words", "words", count_words(content));
@@end
@@with chat:before_ai
    case RAPT_HOOK_CHAT_BEFORE_AI: /* before the AI is asked; may emit, replace, instruct, block */
      if (content.size == 0 || memchr(content.data, '?', content.size) == NULL) return RAPT_CONTINUE;
      return replies->instruct(reply, rapt_text_of("Answer the question before anything else.")) == RAPT_OK ? RAPT_CONTINUE : RAPT_ERROR;
@@end
@@with chat:after_ai
    case RAPT_HOOK_CHAT_AFTER_AI: /* the AI's answer is there, whole; may emit, replace, block */
@@with sql
      if (!keep_note(rapt_text_of("An answer was given."))) return RAPT_ERROR;
@@end
      return emit_number(reply, "answer-words", "words", count_words(content));
@@end
@@with session:start
    case RAPT_HOOK_SESSION_START: /* a conversation was opened; may emit */
      return emit_number(reply, "session-opened", "messages", contexts->message_count(context));
@@end
@@with session:end
    case RAPT_HOOK_SESSION_END: /* a conversation was completed; may emit */
      return emit_number(reply, "session-closed", "messages", contexts->message_count(context));
@@end
@@with product:before_ai
    case RAPT_HOOK_PRODUCT_BEFORE_AI: /* a run's input fits its schema; may emit, replace (JSON), instruct, block */
      return emit_number(reply, "input-bytes", "bytes", contexts->text(context, RAPT_FIELD_INPUT).size);
@@end
@@with product:after_ai
    case RAPT_HOOK_PRODUCT_AFTER_AI: /* a run's output fits its schema; may emit, replace (JSON), block */
      return emit_number(reply, "output-bytes", "bytes", contexts->text(context, RAPT_FIELD_OUTPUT).size);
@@end
@@with run:complete
    case RAPT_HOOK_RUN_COMPLETE: /* a run has ended; may emit */
      return emit_number(reply, "run-ended", "messages", contexts->message_count(context));
@@end
@@with chat:on_delta
    case RAPT_HOOK_CHAT_ON_DELTA: /* may emit, replace, hold, block */
      return on_delta(context, reply);
@@end
    default:
      return RAPT_ERROR;
  }
}
@@end

static rapt_status init(const rapt_host* host, void** state) {
  (void)state;
  this_host = host;
  replies = host->get_service(host, RAPT_SERVICE_REPLY_1);
  lines = host->get_service(host, RAPT_SERVICE_LOG_1);
@@with chat:on_delta
  streams = host->get_service(host, RAPT_SERVICE_STREAM_1);
  if (streams == NULL) return RAPT_E_UNAVAILABLE;
@@end
@@with hooks
  contexts = host->get_service(host, RAPT_SERVICE_CONTEXT_1);
  if (contexts == NULL) return RAPT_E_UNAVAILABLE;
@@end
  return replies != NULL ? RAPT_OK : RAPT_E_UNAVAILABLE;
}

static void shut_down(void* state) { (void)state; }

/* The host asks for what the manifest declares alone. */
static const void* get_extension(const char* id) {
@@with hooks
  static const rapt_hooks_1 hooks = {call};
  if (strcmp(id, RAPT_EXT_HOOKS_1) == 0) return &hooks;
@@end
@@with routes
  static const rapt_routes_1 routes = {on_route};
  if (strcmp(id, RAPT_EXT_ROUTES_1) == 0) return &routes;
@@end
@@with panels
  static const rapt_panels_1 panels = {on_panel};
  if (strcmp(id, RAPT_EXT_PANELS_1) == 0) return &panels;
@@end
@@with jobs,http
  static const rapt_jobs_1 jobs = {on_job};
  if (strcmp(id, RAPT_EXT_JOBS_1) == 0) return &jobs;
@@end
@@with exports
  static const rapt_exports_1 exports = {on_export};
  if (strcmp(id, RAPT_EXT_EXPORTS_1) == 0) return &exports;
@@end
@@with events
  static const rapt_events_1 listener = {on_event};
  if (strcmp(id, RAPT_EXT_EVENTS_1) == 0) return &listener;
@@end
@@with auth-provider
  if (strcmp(id, RAPT_EXT_AUTH_PROVIDER_1) == 0) return &login_provider;
@@end
  return NULL;
}

RAPT_EXPORT extern const rapt_entry rapt_module_entry;
const rapt_entry rapt_module_entry = {sizeof(rapt_entry),  RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0,        RAPT_MODULE_NAME,
                                      RAPT_MODULE_VERSION, init,           shut_down,      get_extension};
