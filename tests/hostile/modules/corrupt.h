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
  uint32_t held_bytes;
};
struct reply_layout { unsigned char* area; rapt_hook hook; size_t used; struct body body; };
struct header { volatile uint64_t sequence; volatile uint32_t state, log_written, last_words, forbidden_call; struct body body; };
static struct reply_layout* layout(rapt_reply* reply) { return (struct reply_layout*)reply; }
__attribute__((unused)) static struct header* header_of(rapt_reply* reply) { return (struct header*)layout(reply)->area; }
