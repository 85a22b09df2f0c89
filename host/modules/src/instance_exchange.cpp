// SPDX-License-Identifier: AGPL-3.0-or-later
#include "instance_exchange.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <utility>

#include "rapt/sandbox/spawn_protocol.hpp"

namespace rapt::host {

namespace wire = sandbox::wire;

namespace {

/// Of a reply's slot this much may stay in memory; what a larger reply needed is handed back.
constexpr std::size_t kKept = std::size_t{64} << 10;

void add_one(int fd) {
  const std::uint64_t one = 1;
  // The counter of a process that never reads grows by one a call: it cannot overflow, so this neither blocks nor
  // fails.
  while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

}  // namespace

Exchange::Exchange(sandbox::Areas areas, UniqueFd wake_runner, UniqueFd wake_host)
    : areas_(std::move(areas)),
      wake_runner_(std::move(wake_runner)),
      wake_host_(std::move(wake_host)),
      queue_(static_cast<wire::QueueHead*>(areas_.request())),
      reader_(areas_.reply()) {}

void Exchange::complete_order(sandbox::SpawnRequest& order) const {
  order.request_area = areas_.request_fd();
  order.reply_area = areas_.reply_fd();
  order.wake_runner = wake_runner_.get();
  order.wake_host = wake_host_.get();
}

unsigned char* Exchange::request_slot(std::uint32_t slot) const {
  return static_cast<unsigned char*>(areas_.request()) + wire::request_slot_offset(slot);
}

unsigned char* Exchange::reply_slot(std::uint32_t slot) const {
  return static_cast<unsigned char*>(areas_.reply()) + wire::reply_slot_offset(slot);
}

bool Exchange::has_room(std::size_t bytes) const {
  return bytes <= wire::kSmallRequest ? free_ != 0 : (free_ & 1) != 0;
}

/// Small requests leave slot 0 to a large one as long as they can.
std::uint32_t Exchange::take_slot(std::size_t bytes) {
  const std::uint32_t small = free_ & ~1u;
  const auto slot =
      bytes <= wire::kSmallRequest && small != 0 ? static_cast<std::uint32_t>(std::countr_zero(small)) : 0;
  free_ &= ~(1u << slot);
  return slot;
}

void Exchange::hand_over(std::uint32_t slot) {
  auto& entry = queue_->entries[++published_ % wire::kSlots];
  slot_of_[published_ % wire::kSlots] = slot;
  entry.slot = slot;
  entry.sequence.store(published_, std::memory_order_seq_cst);
  // What it says of its sleep is a hint: with a lie it only makes itself late.
  if (reader_.sleeps_until() == published_) asleep_ = published_;
}

void Exchange::ring(std::uint64_t asleep) const {
  if (asleep != 0 && reader_.sleeps_until() == asleep) add_one(wake_runner_.get());
}

std::uint64_t Exchange::publish(const hooks::Context& context, const CallDetails& details) {
  const std::uint32_t slot = take_slot(details.request_bytes);
  sandbox::RequestWriter writer(request_slot(slot), wire::request_slot_bytes(slot));
  write_request(writer, context, details);
  writer.finish(wire::Command::kCall, static_cast<wire::CallNumber>(details.point), published_ + 1);
  hand_over(slot);
  return published_;
}

void Exchange::publish_shutdown() {
  const std::uint32_t slot = take_slot(0);
  sandbox::RequestWriter writer(request_slot(slot), wire::request_slot_bytes(slot));
  writer.finish(wire::Command::kShutdown, wire::CallNumber{}, published_ + 1);
  hand_over(slot);
  ring(take_bell());
}

void Exchange::withdraw(std::uint64_t sequence) {
  auto* header = reinterpret_cast<wire::RequestHeader*>(request_slot(slot_of_[sequence % wire::kSlots]));
  header->withdrawn.store(1, std::memory_order_relaxed);
}

Result<sandbox::Reply> Exchange::read(std::uint64_t sequence, hooks::Point point, const sandbox::Window& window) {
  const std::uint32_t slot = slot_of_[sequence % wire::kSlots];
  auto reply = sandbox::read_reply(reply_slot(slot), wire::kReplySlot, static_cast<wire::CallNumber>(point), window);
  if (reply && reply->used > kKept) madvise(reply_slot(slot) + kKept, wire::kReplySlot - kKept, MADV_REMOVE);
  return reply;
}

void Exchange::release(std::uint64_t sequence) {
  free_ |= 1u << slot_of_[sequence % wire::kSlots];
}

Result<sandbox::ServiceAsk> Exchange::read_question() {
  auto* area = static_cast<unsigned char*>(areas_.reply()) + wire::kServiceAskOffset;
  auto question = sandbox::read_ask(area, wire::kServiceBytes);
  if (question && question->used > kKept) madvise(area + kKept, wire::kServiceBytes - kKept, MADV_REMOVE);
  return question;
}

rapt_status Exchange::answer(std::uint64_t number, const ServiceAnswer& answer) {
  auto* area = static_cast<unsigned char*>(areas_.request()) + wire::kServiceAnswerOffset;
  rapt_status status = answer.status;
  if (!sandbox::write_answer(area, wire::kServiceBytes, status, answer.texts, answer.numbers)) {
    status = RAPT_E_TOO_LARGE;
    sandbox::write_answer(area, wire::kServiceBytes, status, {}, {});
  }
  queue_->service_answered.store(number, std::memory_order_seq_cst);
  // A hint, as its other sleep: with a lie it only makes itself late.
  if (reader_.service_sleeps() == number) add_one(wake_runner_.get());
  return status;
}

void Exchange::sleep_until(std::uint64_t sequence) {
  queue_->host_sleeps_until.store(sequence, std::memory_order_seq_cst);
}

}  // namespace rapt::host
