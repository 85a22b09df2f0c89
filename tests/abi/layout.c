/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The layout of ABI 1.0 to 1.2 on LP64, by hand. It compiles or it does not: as C11, C++17 and C++20, against today's and frozen headers. */
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
