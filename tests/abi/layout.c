/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The layout of ABI 1.0 to 1.3 on LP64, by hand. It compiles or it does not: as C11, C++17 and C++20, against today's
 * and frozen headers. */
#include <rapt/hooks.h>
#include <rapt/log.h>
#include <rapt/note.h>
#include <stddef.h>
#if RAPT_ABI_MINOR >= 1
#include <rapt/stream.h>
#endif
#if RAPT_ABI_MINOR >= 2
#include <rapt/auth_provider.h>
#endif
#if RAPT_ABI_MINOR >= 3
#include <rapt/ai.h>
#include <rapt/directory.h>
#include <rapt/events.h>
#include <rapt/exports.h>
#include <rapt/grades.h>
#include <rapt/http.h>
#include <rapt/jobs.h>
#include <rapt/kv.h>
#include <rapt/metrics.h>
#include <rapt/panels.h>
#include <rapt/routes.h>
#include <rapt/secrets.h>
#include <rapt/sessions.h>
#include <rapt/sql.h>
#endif

#ifdef __cplusplus
#define CHECK(condition) static_assert(condition, #condition)
#else
#define CHECK(condition) _Static_assert(condition, #condition)
#endif
#define SIZE(type, bytes) CHECK(sizeof(type) == (bytes))
#define AT(type, member, offset) CHECK(offsetof(type, member) == (offset))
#define VALUE(name, number) CHECK((int)(name) == (number))

CHECK(RAPT_ABI_MAJOR == 1u);

SIZE(rapt_text, 16);
AT(rapt_text, data, 0);
AT(rapt_text, size, 8);

SIZE(rapt_host, 24);
AT(rapt_host, struct_size, 0);
AT(rapt_host, abi_major, 4);
AT(rapt_host, abi_minor, 8);
AT(rapt_host, reserved, 12);
AT(rapt_host, get_service, 16);

SIZE(rapt_entry, 56);
AT(rapt_entry, struct_size, 0);
AT(rapt_entry, abi_major, 4);
AT(rapt_entry, abi_minor, 8);
AT(rapt_entry, reserved, 12);
AT(rapt_entry, name, 16);
AT(rapt_entry, version, 24);
AT(rapt_entry, init, 32);
AT(rapt_entry, shutdown, 40);
AT(rapt_entry, get_extension, 48);

SIZE(rapt_message, 48);
AT(rapt_message, role, 0);
AT(rapt_message, content, 16);
AT(rapt_message, seq, 32);
AT(rapt_message, created_at_ms, 40);

SIZE(rapt_context_1, 40);
AT(rapt_context_1, text, 0);
AT(rapt_context_1, number, 8);
AT(rapt_context_1, message_count, 16);
AT(rapt_context_1, message, 24);
AT(rapt_context_1, json, 32);

SIZE(rapt_reply_1, 32);
AT(rapt_reply_1, emit, 0);
AT(rapt_reply_1, replace, 8);
AT(rapt_reply_1, block, 16);
AT(rapt_reply_1, instruct, 24);

SIZE(rapt_log_1, 8);
AT(rapt_log_1, write, 0);
SIZE(rapt_hooks_1, 8);
AT(rapt_hooks_1, call, 0);

SIZE(rapt_abi_note, 28);
AT(rapt_abi_note, abi_major, 20);
AT(rapt_abi_note, abi_minor, 24);

SIZE(rapt_status, 4);
VALUE(RAPT_OK, 0);
VALUE(RAPT_E_INVALID, -1);
VALUE(RAPT_E_TOO_LARGE, -2);
VALUE(RAPT_E_NOT_ALLOWED, -3);
VALUE(RAPT_E_UNAVAILABLE, -4);
VALUE(RAPT_E_FAILED, -5);

SIZE(rapt_hook, 4);
VALUE(RAPT_HOOK_CHAT_ON_MESSAGE, 1);
VALUE(RAPT_HOOK_CHAT_BEFORE_AI, 2);
VALUE(RAPT_HOOK_CHAT_AFTER_AI, 3);
VALUE(RAPT_HOOK_SESSION_START, 4);
VALUE(RAPT_HOOK_SESSION_END, 5);
VALUE(RAPT_HOOK_PRODUCT_BEFORE_AI, 6);
VALUE(RAPT_HOOK_PRODUCT_AFTER_AI, 7);
VALUE(RAPT_HOOK_RUN_COMPLETE, 8);

SIZE(rapt_verdict, 4);
VALUE(RAPT_CONTINUE, 0);
VALUE(RAPT_REPLACE, 1);
VALUE(RAPT_BLOCK, 2);
VALUE(RAPT_DEFER, 3);
VALUE(RAPT_ERROR, 4);

SIZE(rapt_field, 4);
VALUE(RAPT_FIELD_TOOL_ID, 1);
VALUE(RAPT_FIELD_CURRENT_ROLE, 14);
VALUE(RAPT_FIELD_CURRENT_CONTENT, 15);
VALUE(RAPT_FIELD_LOCALE, 19);
VALUE(RAPT_NUMBER_NOW_MS, 1);
VALUE(RAPT_NUMBER_SESSION_AGE_MS, 4);

#if RAPT_ABI_MINOR >= 1
SIZE(rapt_stream_1, 8);
AT(rapt_stream_1, hold, 0);
CHECK(RAPT_STREAM_MAX_HELD == 65536u);
VALUE(RAPT_HOOK_CHAT_ON_DELTA, 9);
VALUE(RAPT_FIELD_RELEASED, 20);
VALUE(RAPT_NUMBER_WINDOW_SEQ, 5);
VALUE(RAPT_NUMBER_WINDOW_LAST, 6);
#endif

#if RAPT_ABI_MINOR >= 2
SIZE(rapt_auth_provider_1, 16);
AT(rapt_auth_provider_1, start, 0);
AT(rapt_auth_provider_1, step, 8);
#endif

#if RAPT_ABI_MINOR >= 3
/* Where a function stands, and what it takes: a comparison with a pointer of another type does not compile. */
#define FUNCTION(type, member, offset, ...) \
  AT(type, member, offset);                 \
  CHECK(sizeof(((const type*)0)->member == (rapt_status(*)(__VA_ARGS__))0) > 0)
#define ASKS(type, member, offset) FUNCTION(type, member, offset, const rapt_host*, rapt_text, rapt_text*)
#define IS_ASKED(type, member, offset) FUNCTION(type, member, offset, void*, rapt_text, rapt_reply*)

SIZE(rapt_auth_provider_2, 16);
IS_ASKED(rapt_auth_provider_2, start, 0);
IS_ASKED(rapt_auth_provider_2, step, 8);

SIZE(rapt_kv_scope, 4);
VALUE(RAPT_KV_MODULE, 1);
VALUE(RAPT_KV_GROUP, 2);
VALUE(RAPT_KV_TOOL, 3);
VALUE(RAPT_KV_USER, 4);
VALUE(RAPT_KV_SESSION, 5);
SIZE(rapt_kv_1, 48);
FUNCTION(rapt_kv_1, get, 0, const rapt_host*, rapt_kv_scope, rapt_text, rapt_text*);
FUNCTION(rapt_kv_1, put, 8, const rapt_host*, rapt_kv_scope, rapt_text, rapt_text, int64_t);
FUNCTION(rapt_kv_1, erase, 16, const rapt_host*, rapt_kv_scope, rapt_text);
FUNCTION(rapt_kv_1, add, 24, const rapt_host*, rapt_kv_scope, rapt_text, int64_t, int64_t, int64_t*);
FUNCTION(rapt_kv_1, swap, 32, const rapt_host*, rapt_kv_scope, rapt_text, rapt_text, rapt_text, int64_t, int32_t*);
FUNCTION(rapt_kv_1, keys, 40, const rapt_host*, rapt_kv_scope, rapt_text, rapt_text, uint32_t, rapt_text*);

SIZE(rapt_sql_1, 16);
FUNCTION(rapt_sql_1, query, 0, const rapt_host*, rapt_text, rapt_text, rapt_text*);
ASKS(rapt_sql_1, transact, 8);
SIZE(rapt_http_1, 8);
FUNCTION(rapt_http_1, request, 0, const rapt_host*, rapt_text, rapt_text, rapt_text*, rapt_text*);
SIZE(rapt_metrics_1, 16);
FUNCTION(rapt_metrics_1, count, 0, const rapt_host*, rapt_text, int64_t);
FUNCTION(rapt_metrics_1, observe, 8, const rapt_host*, rapt_text, double);

SIZE(rapt_jobs_service_1, 24);
ASKS(rapt_jobs_service_1, enqueue, 0);
ASKS(rapt_jobs_service_1, cancel, 8);
ASKS(rapt_jobs_service_1, list, 16);
SIZE(rapt_events_service_1, 8);
ASKS(rapt_events_service_1, publish, 0);
SIZE(rapt_secrets_1, 24);
ASKS(rapt_secrets_1, list, 0);
ASKS(rapt_secrets_1, sign, 8);
ASKS(rapt_secrets_1, verify, 16);
SIZE(rapt_directory_1, 16);
ASKS(rapt_directory_1, read, 0);
ASKS(rapt_directory_1, write, 8);
SIZE(rapt_sessions_1, 16);
ASKS(rapt_sessions_1, list, 0);
ASKS(rapt_sessions_1, transcript, 8);
SIZE(rapt_grades_1, 16);
ASKS(rapt_grades_1, read, 0);
ASKS(rapt_grades_1, write, 8);
SIZE(rapt_ai_1, 16);
ASKS(rapt_ai_1, chat, 0);
ASKS(rapt_ai_1, embed, 8);

SIZE(rapt_routes_1, 8);
IS_ASKED(rapt_routes_1, handle, 0);
SIZE(rapt_jobs_1, 8);
IS_ASKED(rapt_jobs_1, run, 0);
SIZE(rapt_events_1, 8);
IS_ASKED(rapt_events_1, handle, 0);
SIZE(rapt_panels_1, 8);
IS_ASKED(rapt_panels_1, data, 0);
SIZE(rapt_exports_1, 8);
IS_ASKED(rapt_exports_1, next, 0);
#endif
