// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "log_forwarder.hpp"
#include "rapt/hooks/module_caller.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "rapt/sandbox/areas.hpp"
#include "rapt/sandbox/fork_server.hpp"
#include "rapt/sandbox/reply_reader.hpp"
#include "request.hpp"

namespace rapt::host {

/// Why a process is no longer asked: it died, came late or lied. The sentence starts with a verb ("was killed
/// (SIGKILL)").
struct Ending {
  hooks::Answer::Kind kind = hooks::Answer::Kind::kDead;
  std::string what;
};

/// One process of one module, from its order to its end. Asked one call at a time; who comes meanwhile waits in line,
/// at most until the caller's own time is up. Thread-safe; held by shared_ptr.
class Instance : public std::enable_shared_from_this<Instance> {
 public:
  using Clock = std::chrono::steady_clock;

  static Result<std::shared_ptr<Instance>> create(Executor executor, std::string module,
                                                  std::shared_ptr<LineBuffer> lines = nullptr);
  Instance(Executor executor, std::string module, sandbox::Areas areas, UniqueFd wake_runner, UniqueFd wake_host,
           std::shared_ptr<LineBuffer> lines);

  /// Fills in the shared descriptors; they are this object's.
  void complete_order(sandbox::SpawnRequest& order) const;

  /// What the fork server reports.
  void spawned(UniqueFd pidfd, int pid);
  void exited(const sandbox::Exited& how);
  void lost(const std::string& what);
  /// Ends the process, whatever it does; the first reason counts.
  void end(Ending ending);

  /// Until the module is ready. The sentence of a refusal (kForbidden), or of its end (kUnavailable).
  Task<Result<void>> wait_ready(Clock::time_point deadline);
  /// Until the process has been ended or has died.
  Task<Ending> wait_end();
  /// Until the process is gone, or the deadline. True when it is gone.
  Task<bool> wait_gone(Clock::time_point deadline);
  /// Asks it to end in good order; the caller waits with wait_gone().
  Task<void> ask_to_end(Clock::time_point deadline);
  /// nullopt when the instance had been closed before this call was published: nobody was asked, another instance may
  /// be.
  Task<std::optional<hooks::Answer>> call(const hooks::Context& context, CallDetails details);
  /// Accepts no call any more. Who is in line and has not been published gets nullopt.
  void close();
  /// Closes, and waits until every published call has been answered. False when the deadline came first.
  Task<bool> drain(Clock::time_point deadline);

  [[nodiscard]] int pid() const { return pid_.load(); }

 private:
  struct Waiter;
  class Turn;
  /// What the process is doing, and until when. A hook, or being started when there is none.
  struct Watched {
    Clock::time_point deadline;
    std::optional<hooks::Point> hook;
    std::chrono::milliseconds limit;
    [[nodiscard]] std::string when_late() const;
  };

  enum class Purpose { kCall, kShutdown };
  Task<bool> take_turn(Clock::time_point deadline, Purpose purpose);
  bool take_free_turn(std::shared_ptr<Waiter>& waiter, Purpose purpose);
  void pass_turn();
  Task<bool> wait_answer();
  Task<void> wait_wakeup();
  hooks::Answer read_answer(hooks::Point point, const sandbox::Window& window);
  std::optional<hooks::Answer> not_asked(const CallDetails& details) const;
  bool closed() const;
  std::optional<Ending> ending() const;
  void ring_runner() const;
  void ring_host() const;

  void watch(Watched watched);
  void stop_watching();
  void restart_watch();
  void on_watch(const boost::system::error_code& error);

  const std::string module_;
  sandbox::Areas areas_;
  UniqueFd wake_runner_, wake_host_;
  boost::asio::strand<Executor> strand_;
  boost::asio::posix::stream_descriptor woken_;  ///< wakes of the runner; used by whoever has the turn
  boost::asio::steady_timer watch_timer_;        ///< used on the strand
  sandbox::ReplyReader reader_;
  LogForwarder log_;
  std::uint64_t asked_ = 0;  ///< sequence number of the last request; belongs to the turn
  std::atomic<int> pid_{0};
  std::atomic<bool> ended_{false};  ///< mirrors `ending_`, for the path that takes no lock
  runtime::Wakeup end_wakeup_, gone_wakeup_, drained_wakeup_;

  mutable std::mutex mutex_;  ///< guards what follows
  UniqueFd pidfd_;
  std::optional<Ending> ending_;
  bool gone_ = false;
  bool busy_ = false;
  bool closed_ = false;
  bool abandoned_ = false;  ///< the caller left before the answer; the turn is passed when it comes
  std::deque<std::shared_ptr<Waiter>> line_;
  std::optional<Watched> watched_;
  Clock::time_point timer_set_to_ = Clock::time_point::max();
};

}  // namespace rapt::host
