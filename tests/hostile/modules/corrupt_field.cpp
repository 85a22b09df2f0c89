// SPDX-License-Identifier: AGPL-3.0-or-later
// Changes one word of what it answers, as a hostile author would who has read our source: the message says which word,
// of what (0: of the reply that the runner copies, 1: of the shared area's head, 2: of the shared reply), and what
// becomes of it.
#include <time.h>
#include <unistd.h>

#include "hostile.h"
#include "module.hpp"  // the runner's own layout, so that no field is forgotten

namespace {

namespace wire = rapt::sandbox::wire;

enum class Change : long { kZero, kOne, kMost, kOneMore, kOneLess, kTopBit, kChanges };

std::uint32_t changed(std::uint32_t word, Change change) {
  switch (change) {
    case Change::kZero:
      return 0;
    case Change::kOne:
      return 1;
    case Change::kMost:
      return ~0u;
    case Change::kOneMore:
      return word + 1;
    case Change::kOneLess:
      return word - 1;
    default:
      return word ^ 0x80000000u;
  }
}

void change_word(void* start, long word, Change change) {
  auto* at = static_cast<unsigned char*>(start) + word * 4;
  std::uint32_t value;
  memcpy(&value, at, sizeof value);
  value = changed(value, change);
  memcpy(at, &value, sizeof value);
}

/// Publishes the answer itself, the changed word last, and gives the host time to read it before the runner does it
/// again.
void publish(rapt_reply* reply, std::uint64_t asked, bool head, long word, Change change) {
  // Who is asked alone is asked in slot 1.
  auto* header = reinterpret_cast<wire::ReplyHeader*>(reply->area - wire::reply_slot_offset(1));
  auto* shared = reinterpret_cast<wire::ReplyBody*>(reply->area);
  *shared = reply->body;
  if (!head) change_word(shared, word, change);
  if (head && word >= 2) change_word(header, word, change);
  header->sequence.store(asked, std::memory_order_release);
  if (head && word < 2) change_word(header, word, change);
  const std::uint64_t one = 1;
  if (write(4, &one, sizeof one) != sizeof one) return;
  const timespec a_moment{0, 1000000};
  nanosleep(&a_moment, nullptr);
}

}  // namespace

ACT {
  long order[3];
  if (numbers_of(context, order, 3) != 3) return RAPT_ERROR;
  const auto change = static_cast<Change>(order[2]);
  tell(reply, order[1]);
  reply_service->replace(reply, text_of("{}"));
  if (order[0] == 0) {
    if (order[1] * 4 >= static_cast<long>(sizeof reply->body)) return RAPT_ERROR;
    change_word(&reply->body, order[1], change);
  } else {
    publish(reply, context->header->sequence.load(std::memory_order_relaxed), order[0] == 1, order[1], change);
  }
  return RAPT_REPLACE;
}
