// SPDX-License-Identifier: AGPL-3.0-or-later
// How an instance is asked: one call at a time, in the order of arrival.
#include <algorithm>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "instance.hpp"
#include "instance_waiter.hpp"

namespace rapt::host {

namespace asio = boost::asio;
using hooks::Answer;

namespace {

/// How often the answer is looked for before the task is suspended: some 20 microseconds, about what suspending and
/// being woken costs. Most hooks answer within it, and nobody else loses more than that.
constexpr int kLooks = 400;

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

Answer answer_of(sandbox::Reply reply) {
  static constexpr Answer::Kind kKinds[] = {Answer::Kind::kContinue, Answer::Kind::kReplace, Answer::Kind::kBlock,
                                            Answer::Kind::kDefer, Answer::Kind::kError};
  Answer answer{kKinds[reply.verdict], std::move(reply.text), std::move(reply.instructions), {}, reply.held_bytes};
  if (answer.kind == Answer::Kind::kError && answer.text.empty()) answer.text = "It answered that it could not decide.";
  answer.extractions.reserve(reply.extractions.size());
  for (auto& [type, json] : reply.extractions) {
    answer.extractions.push_back(hooks::Extraction{.type = std::move(type), .data_json = std::move(json)});
  }
  return answer;
}

Answer failure(Ending ending) {
  return Answer{ending.kind, "It " + ending.what + ".", {}, {}};
}

}  // namespace

/// Owns the right to ask; passes it on when the call is over. A caller that goes away before the answer is there leaves
/// the process busy: then the turn is passed when the watch finds the answer, or the process late.
class Instance::Turn {
 public:
  explicit Turn(Instance& instance) : instance_(instance) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (asking_) {
      const std::lock_guard lock(instance_.mutex_);
      instance_.abandoned_ = true;
    } else {
      instance_.pass_turn();
    }
  }
  void asking(bool now) { asking_ = now; }

 private:
  Instance& instance_;
  bool asking_ = false;
};

bool Instance::take_free_turn(std::shared_ptr<Waiter>& waiter, Purpose purpose) {
  const std::lock_guard lock(mutex_);
  if (ending_ || (closed_ && purpose == Purpose::kCall)) return false;
  if (!std::exchange(busy_, true)) return true;
  waiter = std::make_shared<Waiter>();
  line_.push_back(waiter);
  return false;
}

Task<bool> Instance::take_turn(Clock::time_point deadline, Purpose purpose) {
  std::shared_ptr<Waiter> waiter;
  if (take_free_turn(waiter, purpose)) co_return true;
  if (!waiter) co_return false;
  asio::steady_timer timer(strand_, deadline);
  timer.async_wait([wakeup = waiter->wakeup](const boost::system::error_code& error) {
    if (!error) wakeup.notify();
  });
  bool woken = true;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (waiter->granted && woken) co_return true;
      if (!woken || ending_ || (closed_ && purpose == Purpose::kCall) || Clock::now() >= deadline) {
        std::erase(line_, waiter);
        if (!waiter->granted) co_return false;
        break;
      }
    }
    woken = co_await waiter->wakeup.wait();
  }
  pass_turn();
  co_return false;
}

void Instance::pass_turn() {
  std::shared_ptr<Waiter> next;
  {
    const std::lock_guard lock(mutex_);
    watched_.reset();
    abandoned_ = false;
    if (line_.empty()) {
      busy_ = false;
      if (closed_) drained_wakeup_.notify();
      return;
    }
    next = std::move(line_.front());
    line_.pop_front();
    next->granted = true;
  }
  next->wakeup.notify();
}

bool Instance::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::optional<Answer> Instance::not_asked(const CallDetails& details) const {
  if (closed()) return std::nullopt;
  if (auto over = ending()) return failure(*over);
  return Answer{Answer::Kind::kLate,
                "It was busy with other calls for all of the " + std::to_string(details.time_limit.count()) + " ms.",
                {},
                {}};
}

/// False when the process ended before it had answered.
Task<bool> Instance::wait_answer() {
  for (int i = 0; i < kLooks && reader_.sequence() != asked_; ++i) pause_briefly();
  for (;;) {
    const std::uint64_t answered = reader_.sequence();
    if (answered == asked_) co_return true;
    if (answered != asked_ - 1) end({Answer::Kind::kLying, "answered a call that nobody made"});
    if (ended_) co_return false;
    co_await wait_wakeup();
  }
}

Answer Instance::read_answer(hooks::Point point, const sandbox::Window& window) {
  auto reply = reader_.read(static_cast<rapt_hook>(point), window);
  if (reply) return answer_of(std::move(*reply));
  end({Answer::Kind::kLying,
       "gave a malformed answer at " + std::string(hooks::name(point)) + ": " + reply.error().message});
  return failure(*ending());
}

Task<std::optional<Answer>> Instance::call(const hooks::Context& context, CallDetails details) {
  const auto deadline = Clock::now() + details.time_limit;
  if (const bool taken = co_await take_turn(deadline, Purpose::kCall); !taken) co_return not_asked(details);
  Turn turn(*this);
  if (closed() || Clock::now() >= deadline) co_return not_asked(details);
  if (reader_.sequence() != asked_) {
    end({Answer::Kind::kLying, "answered before it was asked"});
    co_return failure(*ending());
  }
  sandbox::RequestWriter writer(areas_.request(), sandbox::wire::kRequestBytes);
  write_request(writer, context, details);
  if (!writer.fits()) {
    co_return Answer{
        Answer::Kind::kNotRunning, "The conversation is larger than the 4 MiB that a module can be given.", {}, {}};
  }
  ++asked_;
  watch({deadline, details.point, details.time_limit});
  writer.publish(sandbox::wire::Command::kCall, static_cast<rapt_hook>(details.point), asked_);
  turn.asking(true);
  ring_runner();
  const bool answered = co_await wait_answer();
  turn.asking(false);
  log_.forward(reader_, Clock::now());
  co_return answered ? read_answer(details.point, window_of(context)) : failure(*ending());
}

void Instance::close() {
  std::deque<std::shared_ptr<Waiter>> line;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    line.swap(line_);
    if (!busy_) drained_wakeup_.notify();
  }
  for (const auto& waiter : line) waiter->wakeup.notify();
}

Task<bool> Instance::drain(Clock::time_point deadline) {
  close();
  asio::steady_timer timer(strand_, deadline);
  timer.async_wait([wakeup = drained_wakeup_](const boost::system::error_code& error) {
    if (!error) wakeup.notify();
  });
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (!busy_ || ending_) co_return true;
    }
    if (Clock::now() >= deadline) co_return false;
    if (const bool woken = co_await drained_wakeup_.wait(); !woken) co_return false;
  }
}

Task<void> Instance::ask_to_end(Clock::time_point deadline) {
  if (const bool taken = co_await take_turn(deadline, Purpose::kShutdown); !taken) co_return;
  // The turn is never passed again: nobody is asked after this.
  sandbox::RequestWriter writer(areas_.request(), sandbox::wire::kRequestBytes);
  writer.publish(sandbox::wire::Command::kShutdown, rapt_hook{}, ++asked_);
  ring_runner();
}

}  // namespace rapt::host
