// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "rapt/base/file.hpp"
#include "rapt/hooks/module_caller.hpp"
#include "rapt/host/services.hpp"
#include "rapt/sandbox/areas.hpp"
#include "rapt/sandbox/fork_server.hpp"
#include "rapt/sandbox/reply_reader.hpp"
#include "rapt/sandbox/service_frame.hpp"
#include "request.hpp"

namespace rapt::host {

/// The memory and the two bells that a host shares with one process: requests are numbered from 1, lie in slots, and
/// are answered in the order of their numbers. Not thread-safe, but for what says so.
class Exchange {
 public:
  Exchange(sandbox::Areas areas, UniqueFd wake_runner, UniqueFd wake_host);

  /// Fills in the shared descriptors; they are this object's.
  void complete_order(sandbox::SpawnRequest& order) const;
  void close_files() { areas_.close_files(); }

  /// Whether a request of that size can be published now.
  [[nodiscard]] bool has_room(std::size_t bytes) const;
  /// Writes a request and numbers it. has_room() was true. The process may sleep for it: see take_bell().
  std::uint64_t publish(const hooks::Context& context, const CallDetails& details);
  /// Tells the process to end in good order.
  void publish_shutdown();
  /// The number of the last request.
  [[nodiscard]] std::uint64_t published() const { return published_; }
  /// The request that it sleeps for, for ring(), or 0; then nobody else gets it.
  std::uint64_t take_bell() { return std::exchange(asleep_, 0); }
  /// Wakes the process if it still sleeps for that request. Any thread: waking takes long, and whoever wakes it holds
  /// up others who have something to ask if he still has the lock.
  void ring(std::uint64_t asleep) const;
  /// Nobody waits for that one any more.
  void withdraw(std::uint64_t sequence);

  /// The last request that the process says it has answered. Any thread.
  [[nodiscard]] std::uint64_t answered() const { return reader_.sequence(); }
  Result<sandbox::Reply> read(std::uint64_t sequence, hooks::Point point, const sandbox::Window& window);
  /// The slot is free again.
  void release(std::uint64_t sequence);

  /// How many questions the process says it has asked. Any thread.
  [[nodiscard]] std::uint64_t asked() const { return reader_.service_asked(); }
  /// The question that lies there, checked; the call that it belongs to is the process's word.
  Result<sandbox::ServiceAsk> read_question();
  /// Answers question number `number`, and rings the process if it sleeps for that. One that does not fit becomes
  /// RAPT_E_TOO_LARGE. The status that was given.
  rapt_status answer(std::uint64_t number, const ServiceAnswer& answer);

  /// Asks for a bell when that request has been answered, or a question is asked during it. Look at answered() and
  /// asked() once more afterwards. 0: no bell is wanted.
  void sleep_until(std::uint64_t sequence);

  sandbox::ReplyReader& reader() { return reader_; }
  [[nodiscard]] const sandbox::ReplyReader& reader() const { return reader_; }

 private:
  std::uint32_t take_slot(std::size_t bytes);
  void hand_over(std::uint32_t slot);
  [[nodiscard]] unsigned char* request_slot(std::uint32_t slot) const;
  [[nodiscard]] unsigned char* reply_slot(std::uint32_t slot) const;

  sandbox::Areas areas_;
  UniqueFd wake_runner_, wake_host_;
  sandbox::wire::QueueHead* queue_;
  sandbox::ReplyReader reader_;
  std::uint64_t published_ = 0;
  std::uint64_t asleep_ = 0;  ///< the request for which the process sleeps and is yet to be woken
  std::uint32_t free_ = (1u << sandbox::wire::kSlots) - 1;      ///< one bit a slot
  std::array<std::uint32_t, sandbox::wire::kSlots> slot_of_{};  ///< by number modulo kSlots
};

}  // namespace rapt::host
