/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a hostile author finds out by reading our source: where the reply lies, and how it is laid out. */
#include <stdint.h>
#include "hostile.h"
struct span { uint32_t offset, size; };
struct body {
  uint32_t verdict;
  struct span text;
  uint32_t instruction_count, extraction_count;
  struct span instructions[16];
  struct span extractions[32][2];
  uint32_t held_bytes, metric_count;
  struct { struct span name; uint32_t method; int64_t delta; double value; } metrics[16];
};
struct reply_layout { unsigned char* area; rapt_hook hook; size_t used; struct body body; const rapt_context* context; };
struct header {
  volatile uint64_t sequence, sleeps_until, service_asked, service_sleeps;
  volatile uint32_t state, log_written, last_words, forbidden_call, refusal_size;
  char refusal[1024];
  struct { uint32_t level, size; char line[1024]; } log[32];
};
static struct reply_layout* layout(rapt_reply* reply) { return (struct reply_layout*)reply; }
/* Who is asked alone is asked in slot 1: behind the head (64 KiB) and slot 0 (4 MiB). */
__attribute__((unused)) static struct header* header_of(rapt_reply* reply) {
  return (struct header*)(layout(reply)->area - (64 << 10) - (4 << 20));
}
