// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "instance_exchange.hpp"
#include "instance_look.hpp"
#include "instance_resumption.hpp"
#include "log_forwarder.hpp"
#include "rapt/hooks/module_caller.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "service_desk.hpp"
#include "start_patience.hpp"

namespace rapt::host {

/// Why a process is no longer asked: it died, came late or lied. The sentence starts with a verb ("was killed
/// (SIGKILL)").
struct Ending {
  hooks::Answer::Kind kind = hooks::Answer::Kind::kDead;
  std::string what;
  std::string work{};  ///< that it was at (ModuleCall::work); "" when at none
};

/// One process of one module, from its order to its end. Many may ask at once: their requests lie in the shared memory
/// and are answered in the order of arrival; who finds no room there waits in line. A caller waits at most until its
/// own time is up. Thread-safe; held by shared_ptr.
class Instance : public std::enable_shared_from_this<Instance> {
 public:
  using Clock = std::chrono::steady_clock;

  static Result<std::shared_ptr<Instance>> create(Executor executor, std::string module,
                                                  std::shared_ptr<LineBuffer> lines = nullptr,
                                                  std::shared_ptr<ServiceDesk> desk = nullptr);
  Instance(Executor executor, std::string module, sandbox::Areas areas, UniqueFd wake_runner, UniqueFd wake_host,
           std::shared_ptr<LineBuffer> lines, std::shared_ptr<ServiceDesk> desk);

  /// Fills in the shared descriptors; they are this object's.
  void complete_order(sandbox::SpawnRequest& order) const { exchange_.complete_order(order); }

  /// What the fork server reports.
  void spawned(UniqueFd pidfd, int pid);
  void exited(const sandbox::Exited& how);
  void lost(const std::string& what);
  /// Ends the process, whatever it does; the first reason counts.
  void end(Ending ending);

  /// Until the module is ready, `limit` long, and as much longer as StartPatience has it. The sentence of a refusal
  /// (kForbidden), or of its end (kUnavailable).
  Task<Result<void>> wait_ready(std::chrono::milliseconds limit);
  /// Until the process has been ended or has died.
  Task<Ending> wait_end();
  /// Until the process is gone and nothing serves it any more, or the deadline. True when that is so.
  Task<bool> wait_gone(Clock::time_point deadline);
  /// Closes, and asks it to end in good order once it has answered; the caller waits with wait_gone().
  Task<void> ask_to_end(Clock::time_point deadline);
  /// nullopt when the instance had been closed before this call was published: nobody was asked, another instance may
  /// be. A call's time runs from here. `context`, and what `details` refers to, must outlive it. Throws
  /// operation_aborted when the awaiting task is cancelled.
  Task<std::optional<hooks::Answer>> call(const hooks::Context& context, CallDetails details);
  /// Accepts no call any more. Who is in line and has not been published gets nullopt.
  void close();
  /// Closes, and waits until every published call has been answered. False when the deadline came first.
  Task<bool> drain(Clock::time_point deadline);

  [[nodiscard]] int pid() const { return pid_.load(); }

 private:
  struct Pending;
  struct Series;
  /// Tasks to resume, and the process to wake, once the mutex has been left.
  struct Resumptions {
    std::vector<std::unique_ptr<Resumption>> list;
    const Exchange* exchange = nullptr;
    std::uint64_t bell = 0;  ///< Exchange::take_bell()
    Resumptions() = default;
    Resumptions(const Resumptions&) = delete;
    Resumptions& operator=(const Resumptions&) = delete;
    ~Resumptions() {
      if (exchange != nullptr) exchange->ring(bell);
      for (const auto& one : list) one->resume();
    }
  };
  /// In whose name the process asks its host. A copy: the caller may leave while the module still works.
  struct Asker {
    ServiceScope scope{};
    Executor executor{};
  };
  /// A call that has been published and not been answered.
  struct InFlight {
    Pending* caller = nullptr;  ///< nullptr when it has gone away
    hooks::Point point{};
    std::chrono::milliseconds limit{0};
    std::optional<Asker> asker{};
    std::string work{};
  };
  /// What the process has asked its host, and waits for.
  struct Question {
    std::uint64_t number = 0;
    sandbox::Service service{};
    Clock::time_point asked_at{};
    std::optional<ServiceRequest> request{};  ///< until the series has taken it
  };
  struct Seen {
    std::uint64_t collected = 0, asked = 0;
  };

  // Under the mutex:
  InFlight& in_flight(std::uint64_t sequence) { return in_flight_[sequence % sandbox::wire::kSlots]; }
  [[nodiscard]] bool idle() const { return collected_ == exchange_.published(); }
  void accept(Pending& call, Clock::time_point now, Resumptions& resumptions);
  bool turn_over(Clock::time_point now, Resumptions& resumptions);
  bool look_over(Clock::time_point now, Resumptions& resumptions);
  bool collect(Clock::time_point now, Resumptions& resumptions);
  void take_answer(std::uint64_t sequence, Resumptions& resumptions);
  void publish_line();
  void ring(Resumptions& resumptions);
  void end_locked(Ending ending, Resumptions& resumptions);
  void fail_all(Resumptions& resumptions);
  void expire(Clock::time_point now, Resumptions& resumptions);
  bool has_had_its_time(Clock::time_point now);
  void forget(Pending& call);
  void keep_looking();
  void ask_for_bell();
  void listen();
  void watch_until(Clock::time_point deadline);
  [[nodiscard]] Clock::time_point next_deadline() const;
  void take_question(std::uint64_t asked, Clock::time_point now, Resumptions& resumptions);
  void begin_series(const Executor& executor, Resumptions& resumptions);
  void drop_question();
  void complain(const std::string& sentence, Clock::time_point now);

  Task<void> answer_questions(std::shared_ptr<Series> series);
  std::optional<ServiceRequest> next_question();
  std::optional<Seen> give_answer(const ServiceAnswer& answer);
  void linger(const Seen& seen);
  void series_over();
  Task<bool> others_go_first();
  void look_for_answer(Pending& call);
  Task<void> suspend(Pending& call);
  void on_bell();
  void look_again();
  void forward_log();
  [[nodiscard]] std::optional<Ending> ending() const;
  void restart_watch();
  void on_watch();

  const std::string module_;
  Exchange exchange_;
  boost::asio::strand<Executor> strand_;
  boost::asio::posix::stream_descriptor woken_;  ///< the host's bell
  boost::asio::steady_timer watch_timer_;        ///< used on the strand
  std::uint64_t bells_ = 0;                      ///< read into by whoever listens
  Looks looks_{kMostLooks};                      ///< for an answer, before its caller sleeps
  Looks service_looks_{kMostLooks};              ///< for what follows the answer to a question
  std::atomic<int> pid_{0};
  std::atomic<bool> ended_{false};  ///< mirrors `ending_`, for the path that takes no lock
  runtime::Wakeup ready_wakeup_, end_wakeup_, gone_wakeup_, drained_wakeup_;
  LogForwarder log_;
  const std::shared_ptr<ServiceDesk> desk_;  ///< may be null: every question is refused then
  std::atomic<std::uint64_t> asked_{0};      ///< the last question that was taken; written under the mutex

  mutable std::mutex mutex_;  ///< guards what follows, and the exchange
  UniqueFd pidfd_;
  std::optional<Ending> ending_;
  bool started_ = false;  ///< nobody waits for its start any more
  bool gone_ = false;
  bool shut_down_ = false;  ///< asked to end
  bool closed_ = false;
  bool listening_ = false;       ///< the loop is told of the bell
  bool looking_ = false;         ///< look_again() is under way
  std::uint64_t collected_ = 0;  ///< the last call whose answer was taken
  std::array<InFlight, sandbox::wire::kSlots> in_flight_;
  std::deque<Pending*> line_;
  std::optional<Question> question_;
  std::shared_ptr<Series> series_;  ///< takes the questions
  unsigned tasks_ = 0;              ///< series that have not ended
  /// When the call that the process is working on (or its start) has had all its time.
  std::optional<Clock::time_point> patience_;
  std::optional<StartPatience> start_patience_;  ///< until it has started
  Clock::time_point timer_set_to_ = Clock::time_point::max();
};

}  // namespace rapt::host
