/* SPDX-License-Identifier: Apache-2.0
 *
 * A small reader and writer of JSON (RFC 8259) for modules in C: a help, no part of the ABI, nothing to link. What rapt/json.hpp is to
 * C++ and rapt::json to Rust.
 *
 *   const rapt_text text = rapt_json_get(rapt_json_get(input, "json"), "text");    a value is a piece of the text that it stands in
 *   rapt_buffer out = RAPT_BUFFER;
 *   rapt_put(&out, "{\"heard\": ");
 *   rapt_put_text(&out, text);                                                     so it can be handed on as it is
 *   rapt_put(&out, "}");
 *   const rapt_status done = replies->replace(reply, rapt_buffer_text(&out));
 *   rapt_buffer_free(&out);
 *
 * What a host gives is JSON. Ask rapt_json_check() before you read what came from elsewhere, such as the body of another server's
 * answer. Reading what is no JSON gives odd values, or none, and never leaves the text.
 */
#ifndef RAPT_C_JSON_H
#define RAPT_C_JSON_H

#include <rapt/abi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
#define RAPT_C_CAST(type, value) static_cast<type>(value)
#else
#define RAPT_C_CAST(type, value) ((type)(value))
#endif

/** A text that grows; begin with RAPT_BUFFER, end with rapt_buffer_free. Once memory was short, `failed` is 1 and it stays empty. */
typedef struct rapt_buffer {
  char* data;
  size_t size, room;
  int failed;
} rapt_buffer;
#define RAPT_BUFFER \
  { NULL, 0, 0, 0 }

static inline rapt_text rapt_text_of(const char* text) {
  const rapt_text out = {text, strlen(text)};
  return out;
}
static inline rapt_text rapt_no_text(void) {
  const rapt_text none = {NULL, 0};
  return none;
}

static inline void rapt_buffer_free(rapt_buffer* buffer) {
  const rapt_buffer empty = RAPT_BUFFER;
  free(buffer->data);
  *buffer = empty;
}
/** What stands in it, until it changes; absent when memory was short, which every function of a host refuses. */
static inline rapt_text rapt_buffer_text(const rapt_buffer* buffer) {
  if (buffer->failed) return rapt_no_text();
  const rapt_text out = {buffer->data == NULL ? "" : buffer->data, buffer->size};
  return out;
}
static inline int rapt_buffer_grow(rapt_buffer* to, size_t size) {
  size_t room = to->room < 256 ? 256 : to->room;
  while (room - to->size < size && room <= SIZE_MAX / 2) room *= 2;
  void* more = room - to->size < size ? NULL : realloc(to->data, room);
  if (more == NULL) {
    rapt_buffer_free(to);
    to->failed = 1;
    return 0;
  }
  to->data = RAPT_C_CAST(char*, more);
  to->room = room;
  return 1;
}
static inline void rapt_put_text(rapt_buffer* to, rapt_text text) {
  if (to->failed || text.data == NULL || text.size == 0) return;
  if (to->room - to->size < text.size && !rapt_buffer_grow(to, text.size)) return;
  memcpy(to->data + to->size, text.data, text.size);
  to->size += text.size;
}
static inline void rapt_put(rapt_buffer* to, const char* text) { rapt_put_text(to, rapt_text_of(text)); }
static inline void rapt_put_byte(rapt_buffer* to, unsigned byte) {
  const char c = RAPT_C_CAST(char, byte);
  const rapt_text one = {&c, 1};
  rapt_put_text(to, one);
}
static inline void rapt_put_integer(rapt_buffer* to, int64_t number) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? 0 - RAPT_C_CAST(uint64_t, number) : RAPT_C_CAST(uint64_t, number);
  do {
    digits[--at] = RAPT_C_CAST(char, '0' + RAPT_C_CAST(int, rest % 10));
  } while ((rest /= 10) != 0);
  if (number < 0) digits[--at] = '-';
  const rapt_text text = {digits + at, sizeof digits - at};
  rapt_put_text(to, text);
}
/** A text as JSON has it, with its quotes. `text` is UTF-8. */
static inline void rapt_put_quoted(rapt_buffer* to, rapt_text text) {
  static const char digits[] = "0123456789abcdef";
  rapt_put_byte(to, '"');
  for (size_t i = 0; i < text.size; ++i) {
    const unsigned byte = RAPT_C_CAST(unsigned char, text.data[i]);
    if (byte == '"' || byte == '\\') rapt_put_byte(to, '\\');
    if (byte >= 0x20) {
      rapt_put_byte(to, byte);
    } else {
      rapt_put(to, "\\u00");
      rapt_put_byte(to, RAPT_C_CAST(unsigned char, digits[byte >> 4]));
      rapt_put_byte(to, RAPT_C_CAST(unsigned char, digits[byte & 15]));
    }
  }
  rapt_put_byte(to, '"');
}
/** For a query or a form (RFC 3986): everything but unreserved characters as %XX. */
static inline void rapt_put_percent(rapt_buffer* to, rapt_text text) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.size; ++i) {
    const unsigned byte = RAPT_C_CAST(unsigned char, text.data[i]);
    const int plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '-' ||
                      byte == '.' || byte == '_' || byte == '~';
    if (plain) {
      rapt_put_byte(to, byte);
    } else {
      rapt_put_byte(to, '%');
      rapt_put_byte(to, RAPT_C_CAST(unsigned char, digits[byte >> 4]));
      rapt_put_byte(to, RAPT_C_CAST(unsigned char, digits[byte & 15]));
    }
  }
}

static inline int rapt_json_is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
static inline size_t rapt_json_space(rapt_text text, size_t at) {
  while (at < text.size && rapt_json_is_space(text.data[at])) ++at;
  return at;
}
/* The end of the value that begins there. */
static inline size_t rapt_json_skip(rapt_text text, size_t at) {
  size_t depth = 0;
  int inside = 0;
  for (; at < text.size; ++at) {
    const char c = text.data[at];
    if (inside) {
      if (c == '\\') ++at;
      if (c == '"') inside = 0;
      if (c == '"' && depth == 0) return at + 1;
    } else if (c == '"') {
      inside = 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (depth == 0 && (c == ',' || c == ':' || rapt_json_is_space(c))) {
      return at;
    }
  }
  return text.size;
}
/* A member, or with `key` NULL the item of that number. */
static inline rapt_text rapt_json_find(rapt_text value, const char* key, size_t index) {
  const char begin = key == NULL ? '[' : '{', end = key == NULL ? ']' : '}';
  size_t at = rapt_json_space(value, 0);
  if (at >= value.size || value.data[at] != begin) return rapt_no_text();
  at = rapt_json_space(value, at + 1);
  while (at < value.size && value.data[at] != end) {
    int wanted = key == NULL && index-- == 0;
    if (key != NULL) {
      const size_t stop = rapt_json_skip(value, at), size = strlen(key);
      wanted = value.data[at] == '"' && stop - at == size + 2 && memcmp(value.data + at + 1, key, size) == 0;
      at = rapt_json_space(value, stop);
      if (at >= value.size || value.data[at] != ':') return rapt_no_text();
      at = rapt_json_space(value, at + 1);
    }
    const rapt_text found = {value.data + at, rapt_json_skip(value, at) - at};
    if (wanted) return found;
    at = rapt_json_space(value, at + found.size);
    if (at >= value.size || value.data[at] != ',') return rapt_no_text();
    at = rapt_json_space(value, at + 1);
  }
  return rapt_no_text();
}
/** A member of an object, the first of that name; absent when it is not there or `value` is no object. `key` as it is written. */
static inline rapt_text rapt_json_get(rapt_text value, const char* key) { return rapt_json_find(value, key, 0); }
/** An item of a list; absent when it is not there or `value` is no list. */
static inline rapt_text rapt_json_at(rapt_text value, size_t index) { return rapt_json_find(value, NULL, index); }
static inline int rapt_json_is_text(rapt_text value) {
  return value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"';
}
/** Whether a value is that text; `text` has nothing in it that JSON escapes. */
static inline int rapt_json_is(rapt_text value, const char* text) {
  return rapt_json_is_text(value) && value.size == strlen(text) + 2 && memcmp(value.data + 1, text, value.size - 2) == 0;
}
/** A whole number of at most 2^53; `otherwise` for any other value. */
static inline int64_t rapt_json_integer(rapt_text value, int64_t otherwise) {
  const int64_t most = INT64_C(9007199254740992);
  size_t at = value.size > 0 && value.data[0] == '-' ? 1 : 0;
  const size_t first = at;
  int64_t out = 0;
  for (; at < value.size; ++at) {
    if (value.data[at] < '0' || value.data[at] > '9') return otherwise;
    out = out * 10 + (value.data[at] - '0');
    if (out > most) return otherwise;
  }
  if (at == first) return otherwise;
  return first == 1 ? -out : out;
}

/* Four hexadecimal digits; -1 when there are none. */
static inline int32_t rapt_json_hex(rapt_text text, size_t at) {
  int32_t out = 0;
  if (text.size < 4 || at > text.size - 4) return -1;
  for (size_t i = at; i < at + 4; ++i) {
    const char c = text.data[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return -1;
    out = out * 16 + digit;
  }
  return out;
}
/* The character of the escape \uXXXX behind whose backslash `*at` stands; -1 when it is none. `*at` becomes the place behind it. */
static inline int32_t rapt_json_escape(rapt_text text, size_t* at) {
  int32_t code = rapt_json_hex(text, *at + 1);
  *at += 5;
  if (code < 0xD800 || code > 0xDFFF) return code;
  if (code > 0xDBFF || text.size - *at < 6 || text.data[*at] != '\\' || text.data[*at + 1] != 'u') return -1;
  const int32_t second = rapt_json_hex(text, *at + 2);
  if (second < 0xDC00 || second > 0xDFFF) return -1;
  *at += 6;
  return 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
}
static inline void rapt_put_character(rapt_buffer* to, int32_t character) {
  const unsigned code = RAPT_C_CAST(unsigned, character);
  if (code < 0x80) {
    rapt_put_byte(to, code);
    return;
  }
  if (code < 0x800) {
    rapt_put_byte(to, 0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    rapt_put_byte(to, 0xE0 | (code >> 12));
    rapt_put_byte(to, 0x80 | ((code >> 6) & 0x3F));
  } else {
    rapt_put_byte(to, 0xF0 | (code >> 18));
    rapt_put_byte(to, 0x80 | ((code >> 12) & 0x3F));
    rapt_put_byte(to, 0x80 | ((code >> 6) & 0x3F));
  }
  rapt_put_byte(to, 0x80 | (code & 0x3F));
}
/** What a JSON text says, without quotes and escapes. 0, and nothing is put, when `value` is no text. */
static inline int rapt_put_decoded(rapt_buffer* to, rapt_text value) {
  static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  const size_t before = to->size;
  size_t at = 1;
  if (!rapt_json_is_text(value)) return 0;
  const rapt_text text = {value.data, value.size - 1};
  while (at < text.size) {
    const char c = text.data[at++];
    if (c != '\\') {
      if (c == '"' || RAPT_C_CAST(unsigned char, c) < 0x20) {
        at = 0;
        break;
      }
      rapt_put_byte(to, RAPT_C_CAST(unsigned char, c));
      continue;
    }
    const char* name = at < text.size && text.data[at] != '\0' ? strchr(names, text.data[at]) : NULL;
    const int32_t code = name != NULL ? meant[name - names] : at < text.size && text.data[at] == 'u' ? rapt_json_escape(text, &at) : -1;
    if (code < 0) {
      at = 0;
      break;
    }
    if (name != NULL) ++at;
    rapt_put_character(to, code);
  }
  if (at == text.size && !to->failed) return 1;
  if (!to->failed) to->size = before;
  return 0;
}

/* What follows checks; each gives the place behind what it has read, or 0 (nothing ends there). */
static inline size_t rapt_json_check_text(rapt_text text, size_t at) {
  for (++at; at < text.size; ++at) {
    const char c = text.data[at];
    if (c == '"') return at + 1;
    if (RAPT_C_CAST(unsigned char, c) < 0x20) return 0;
    if (c != '\\') continue;
    if (++at >= text.size || text.data[at] == '\0') return 0;
    if (text.data[at] == 'u') {
      if (rapt_json_escape(text, &at) < 0) return 0;
      --at;
    } else if (strchr("\"\\/bfnrt", text.data[at]) == NULL) {
      return 0;
    }
  }
  return 0;
}
static inline size_t rapt_json_digits(rapt_text text, size_t at) {
  const size_t begin = at;
  while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9') ++at;
  return at == begin ? 0 : at;
}
static inline size_t rapt_json_check_number(rapt_text text, size_t at) {
  if (text.data[at] == '-') ++at;
  at = at < text.size && text.data[at] == '0' ? at + 1 : rapt_json_digits(text, at);
  if (at != 0 && at < text.size && text.data[at] == '.') at = rapt_json_digits(text, at + 1);
  if (at != 0 && at < text.size && (text.data[at] == 'e' || text.data[at] == 'E')) {
    ++at;
    if (at < text.size && (text.data[at] == '+' || text.data[at] == '-')) ++at;
    at = rapt_json_digits(text, at);
  }
  return at;
}
static inline size_t rapt_json_check_value(rapt_text text, size_t at, int depth) {
  static const char* const words[] = {"true", "false", "null"};
  at = rapt_json_space(text, at);
  if (at >= text.size || depth >= 32) return 0;
  const char begin = text.data[at], end = begin == '{' ? '}' : ']';
  if (begin == '"') return rapt_json_check_text(text, at);
  if (begin != '{' && begin != '[') {
    for (size_t i = 0; i < 3; ++i) {
      const size_t size = strlen(words[i]);
      if (text.size - at >= size && memcmp(text.data + at, words[i], size) == 0) return at + size;
    }
    return rapt_json_check_number(text, at);
  }
  at = rapt_json_space(text, at + 1);
  if (at < text.size && text.data[at] == end) return at + 1;
  for (;;) {
    if (begin == '{') {
      at = rapt_json_space(text, at);
      if (at >= text.size || text.data[at] != '"') return 0;
      at = rapt_json_check_text(text, at);
      if (at == 0) return 0;
      at = rapt_json_space(text, at);
      if (at >= text.size || text.data[at++] != ':') return 0;
    }
    at = rapt_json_check_value(text, at, depth + 1);
    if (at == 0) return 0;
    at = rapt_json_space(text, at);
    if (at >= text.size) return 0;
    if (text.data[at] == end) return at + 1;
    if (text.data[at++] != ',') return 0;
  }
}
/** Whether a text is JSON, of at most 32 levels. */
static inline int rapt_json_check(rapt_text text) {
  const size_t end = rapt_json_check_value(text, 0, 0);
  return end != 0 && rapt_json_space(text, end) == text.size;
}

#endif
