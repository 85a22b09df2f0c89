/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.context/1: typed reading of what a hook is about. The host has already written it into memory that both sides
 * map, so reading a field costs a few instructions and parses nothing. The same context is to be had as JSON.
 */
#ifndef RAPT_CONTEXT_H
#define RAPT_CONTEXT_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_CONTEXT_1 "rapt.context/1"

/** Opaque; lives for one hook call. */
typedef struct rapt_context rapt_context;

/** Text fields. One that does not apply, or that this host does not know, reads as {NULL, 0}. */
typedef enum rapt_field {
  RAPT_FIELD_TOOL_ID = 1,
  RAPT_FIELD_TOOL_NAME = 2,
  RAPT_FIELD_TOOL_TYPE = 3, /**< "chat" or "product" */
  RAPT_FIELD_TOOL_VERSION = 4,
  RAPT_FIELD_TOOL_BEHAVIOR = 5, /**< the teacher's instructions to the AI */
  RAPT_FIELD_TOOL_SUBJECT = 6,
  RAPT_FIELD_USER_ID = 7, /**< a pseudonym: the same within one tool and module, unrelated to any id elsewhere */
  RAPT_FIELD_USER_ROLE = 8,
  RAPT_FIELD_GROUP_ID = 9,
  RAPT_FIELD_GROUP_NAME = 10,
  RAPT_FIELD_SESSION_ID = 11,
  RAPT_FIELD_SESSION_STATE = 12,
  RAPT_FIELD_RUN_ID = 13,
  RAPT_FIELD_CURRENT_ROLE = 14,    /**< role of the current message: "user" or "assistant" */
  RAPT_FIELD_CURRENT_CONTENT = 15, /**< the message that the hook is about, as the modules before this one left it */
  RAPT_FIELD_INPUT = 16,           /**< JSON: a run's input */
  RAPT_FIELD_OUTPUT = 17,          /**< JSON: a run's output */
  RAPT_FIELD_CONFIG = 18,          /**< JSON object: this attachment's configuration, checked against the module's schema */
  RAPT_FIELD_LOCALE = 19,          /**< BCP 47 tag */
  RAPT_FIELD_RELEASED = 20         /**< since 1.1, chat:on_delta: the end of what has passed this module, at most 4 KiB */
} rapt_field;

/** Whole numbers. One that does not apply reads as -1. */
typedef enum rapt_number {
  RAPT_NUMBER_NOW_MS = 1,       /**< milliseconds since 1970-01-01 UTC, taken when the hook was called */
  RAPT_NUMBER_DEADLINE_MS = 2,  /**< milliseconds that the hook had when it was called */
  RAPT_NUMBER_CURRENT_SEQ = 3,  /**< sequence number of the current message in its session, from 1 */
  RAPT_NUMBER_SESSION_AGE_MS = 4,
  RAPT_NUMBER_WINDOW_SEQ = 5, /**< since 1.1, chat:on_delta: number of the window in its answer, from 1 */
  RAPT_NUMBER_WINDOW_LAST = 6 /**< since 1.1, chat:on_delta: 1 for the last window (it may be empty), else 0 */
} rapt_number;

/** One earlier message. Its texts live as long as the context. */
typedef struct rapt_message {
  rapt_text role; /**< "user", "assistant" or "system" */
  rapt_text content;
  int64_t seq;           /**< from 1, ascending */
  int64_t created_at_ms; /**< milliseconds since 1970-01-01 UTC */
} rapt_message;

/**
 * The service. Every function may be called only while the hook that was handed `context` runs, as often as one likes.
 * ownership: all texts are the host's, in memory that the module can read and not write.
 */
typedef struct rapt_context_1 {
  /** One text field. lifetime: until the hook returns. failure: {NULL, 0}, also for a field that this host does not know. */
  rapt_text (*text)(const rapt_context* context, rapt_field field);
  /** One number. failure: -1, also for a number that this host does not know. */
  int64_t (*number)(const rapt_context* context, rapt_number number);
  /** How many earlier messages of the conversation there are, the current one not among them. failure: none; 0 without any. */
  size_t (*message_count)(const rapt_context* context);
  /**
   * An earlier message; 0 is the oldest. lifetime: until the hook returns.
   * failure: texts of {NULL, 0} and numbers of -1 when `index` is out of range.
   */
  rapt_message (*message)(const rapt_context* context, size_t index);
  /**
   * The whole context as one JSON object; what does not apply is left out ("tool", "user", "group", "session" and "current" are
   * there always, empty when nothing in them applies):
   *   {"hook": "chat:before_ai", "tool": {"id", "name", "type", "version", "behavior", "subject"}, "user": {"id", "role"},
   *    "group": {"id", "name"}, "session": {"id", "state", "age_ms"}, "run": {"id"},
   *    "messages": [{"role", "content", "seq", "created_at_ms"}], "current": {"role", "content", "seq"},
   *    "stream": {"released", "window_seq", "last"} (since 1.1, chat:on_delta; "last" is true or false),
   *    "input": JSON, "output": JSON, "config": {}, "locale", "now_ms", "deadline_ms"}
   * It is written when first asked for, into the module's own memory limit. lifetime: until the hook returns.
   * failure: {NULL, 0} when memory is short.
   */
  rapt_text (*json)(const rapt_context* context);
} rapt_context_1;

#ifdef __cplusplus
}
#endif
#endif
