// SPDX-License-Identifier: AGPL-3.0-or-later
// Asks its host by hand, with one thing wrong: the message says what. Two more numbers change a word of the question.
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "forged_fault.h"
#include "hostile.h"
#include "module.hpp"

namespace {

namespace wire = rapt::sandbox::wire;
using rapt::sandbox::KvMethod;
using rapt::sandbox::Service;

wire::ReplyHeader* header;
unsigned char* area;

void ring() {
  const std::uint64_t one = 1;
  if (write(4, &one, sizeof one) != sizeof one) _exit(1);
}

void sleep_ms(long ms) {
  const timespec time{ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, nullptr);
}

const wire::QueueHead& queue_of(const rapt_context* context) {
  return *reinterpret_cast<const wire::QueueHead*>(context->area - wire::request_slot_offset(1));
}

wire::ServiceFrame& question(std::uint64_t request) {
  auto& frame = *reinterpret_cast<wire::ServiceFrame*>(area);
  frame = {};
  frame.request = request;
  frame.service = static_cast<std::uint32_t>(Service::kKv);
  frame.method = static_cast<std::uint32_t>(KvMethod::kGet);
  frame.text_count = frame.number_count = 1;
  frame.texts[0] = {sizeof frame, 3};
  frame.numbers[0] = 1;
  memcpy(area + sizeof frame, "key", 3);
  return frame;
}

void spoil(wire::ServiceFrame& frame, Fault fault) {
  switch (fault) {
    case Fault::kOtherCall:
      ++frame.request;
      break;
    case Fault::kOutside:
      frame.texts[0] = {static_cast<std::uint32_t>(wire::kServiceBytes) - 1, 3};
      break;
    case Fault::kHuge:
      frame.texts[0].size = ~0u;
      break;
    case Fault::kTooManyTexts:
      frame.text_count = 1000000;
      break;
    case Fault::kNoSuchService:
      frame.service = 77;
      break;
    case Fault::kFiguresByWire:
      frame.service = static_cast<std::uint32_t>(Service::kMetrics);
      break;
    case Fault::kNotUtf8:
      area[sizeof frame] = 0xff;
      break;
    case Fault::kNotGranted:
    case Fault::kManyTimes:
      frame.service = static_cast<std::uint32_t>(Service::kSql);
      frame.method = 2;
      frame.number_count = 0;
      break;
    case Fault::kMissingText:
      frame.texts[0] = {};
      break;
    default:
      break;
  }
}

void change_word(long word, long change) {
  auto* at = reinterpret_cast<std::uint32_t*>(area) + word;
  const std::uint32_t values[] = {0, 1, ~0u, *at + 1, *at - 1, *at ^ 0x80000000u};
  *at = values[change];
}

/// The status that the host answers; -100 when it does not.
long ask(const rapt_context* context, std::uint64_t number) {
  header->service_asked.store(number, std::memory_order_seq_cst);
  ring();
  const auto& answered = queue_of(context).service_answered;
  for (int i = 0; i < 200 && answered.load() != number; ++i) sleep_ms(5);
  if (answered.load() != number) return -100;
  const auto* start = context->area - wire::request_slot_offset(1) + wire::kServiceAnswerOffset;
  return reinterpret_cast<const wire::ServiceFrame*>(start)->status;
}

rapt_verdict answer_and_ask(rapt_reply* reply, std::uint64_t request) {
  tell(reply, 1);
  auto* shared = reinterpret_cast<wire::ReplyBody*>(reply->area);
  *shared = reply->body;
  shared->verdict = RAPT_CONTINUE;
  header->sequence.store(request, std::memory_order_seq_cst);
  ring();
  sleep_ms(50);
  header->service_asked.store(1, std::memory_order_seq_cst);
  for (;;) {
    ring();
    sleep_ms(5);
  }
}

rapt_verdict count_unasked(rapt_reply* reply) {
  memcpy(reply->area + reply->used, "figure", 6);
  auto& entry = reply->body.metrics[reply->body.metric_count++];
  entry = {{static_cast<std::uint32_t>(reply->used), 6}, 1, 1, 0};
  reply->used += 6;
  return RAPT_CONTINUE;
}

}  // namespace

ACT {
  static std::uint64_t asked = 0;
  (void)hook;
  long order[3] = {};
  if (numbers_of(context, order, 3) < 1) return RAPT_ERROR;
  const auto fault = static_cast<Fault>(order[0]);
  // Who is asked alone is asked in slot 1.
  header = reinterpret_cast<wire::ReplyHeader*>(reply->area - wire::reply_slot_offset(1));
  area = reinterpret_cast<unsigned char*>(header) + wire::kServiceAskOffset;
  const std::uint64_t request = context->header->sequence.load(std::memory_order_relaxed);
  if (fault == Fault::kFigures) return count_unasked(reply);
  spoil(question(request), fault);
  if (fault == Fault::kWord) change_word(order[1], order[2]);
  if (fault == Fault::kAsksUnasked) return answer_and_ask(reply, request);
  if (fault == Fault::kLeavesWithoutWaiting) {
    memcpy(area + sizeof(wire::ServiceFrame), "end", 3);
    header->service_asked.store(++asked, std::memory_order_seq_cst);
    ring();
    sleep_ms(50);
    return tell(reply, 0);
  }
  if (fault == Fault::kManyTimes) {
    for (long i = 0; i < 999; ++i) ask(context, ++asked);
  }
  asked += fault == Fault::kTwoAtOnce ? 2 : fault == Fault::kBackwards ? ~std::uint64_t{0} : 1;
  return tell(reply, ask(context, asked));
}
