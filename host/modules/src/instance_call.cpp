// SPDX-License-Identifier: AGPL-3.0-or-later
// How an instance is asked. Whoever holds the mutex does for all what there is to do: takes the answers that are there,
// in order, and publishes who is in line. A caller that finds itself alone waits for its answer on the spot for a
// moment; every other one is suspended.
#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "instance.hpp"
#include "instance_pending.hpp"

namespace rapt::host {

namespace asio = boost::asio;
using hooks::Answer;
using namespace std::chrono_literals;

namespace {

/// A turn of the loop that takes longer had something to do.
constexpr auto kEmptyTurn = 5us;

Answer answer_of(hooks::Point point, sandbox::Reply reply) {
  static constexpr Answer::Kind kKinds[] = {Answer::Kind::kContinue, Answer::Kind::kReplace, Answer::Kind::kBlock,
                                            Answer::Kind::kDefer, Answer::Kind::kError};
  Answer answer{kKinds[reply.verdict], std::move(reply.text), std::move(reply.instructions), {}, reply.held_bytes};
  if (answer.kind == Answer::Kind::kError && answer.text.empty()) {
    answer.text =
        hooks::is_extension_call(point) ? "It failed; its log may say why." : "It answered that it could not decide.";
  }
  answer.extractions.reserve(reply.extractions.size());
  for (auto& [type, json] : reply.extractions) {
    answer.extractions.push_back(hooks::Extraction{.type = std::move(type), .data_json = std::move(json)});
  }
  return answer;
}

/// Runs a function when the scope is left.
template <class Function>
class AtExit {
 public:
  explicit AtExit(Function function) : function_(std::move(function)) {}
  AtExit(const AtExit&) = delete;
  AtExit& operator=(const AtExit&) = delete;
  ~AtExit() { function_(); }

 private:
  Function function_;
};

}  // namespace

void Instance::accept(Pending& call, Clock::time_point now, Resumptions& resumptions) {
  if (closed_) return call.finish(std::nullopt, resumptions);
  // Before it is asked anything: what it answered unasked is a lie, and this caller is told so.
  const bool taken = look_over(now, resumptions);
  if (ending_) return call.finish(Answer{.kind = ending_->kind, .text = "It " + ending_->what + "."}, resumptions);
  if (taken && !idle()) keep_looking();
  if (call.details.request_bytes > sandbox::wire::kLargeRequest) {
    return call.finish(Answer{.kind = Answer::Kind::kNotRunning,
                              .text = "The conversation is larger than the 4 MiB that a module can be given."},
                       resumptions);
  }
  line_.push_back(&call);
  publish_line();
  watch_until(call.deadline);
}

/// True when answers were taken.
bool Instance::turn_over(Clock::time_point now, Resumptions& resumptions) {
  const bool taken = look_over(now, resumptions);
  ring(resumptions);
  return taken;
}

bool Instance::look_over(Clock::time_point now, Resumptions& resumptions) {
  if (ending_) return false;
  // Before the answers: a question is asked during the call behind the last one that was answered.
  const std::uint64_t asked = exchange_.asked();
  const bool taken = collect(now, resumptions);
  if (!ending_ && asked != asked_) take_question(asked, now, resumptions);
  if (!ending_) publish_line();
  return taken;
}

bool Instance::collect(Clock::time_point now, Resumptions& resumptions) {
  const std::uint64_t answered = exchange_.answered();
  if (answered == collected_) return false;
  if (answered < collected_ || answered > exchange_.published()) {
    end_locked({Answer::Kind::kLying, "answered a call that nobody made"}, resumptions);
    return false;
  }
  if (question_) {
    end_locked({Answer::Kind::kLying, "answered while it waited for its host"}, resumptions);
    return false;
  }
  for (std::uint64_t sequence = collected_ + 1; sequence <= answered; ++sequence) {
    take_answer(sequence, resumptions);
    if (ending_) return true;
    exchange_.release(sequence);
    collected_ = sequence;
  }
  patience_.reset();
  if (!idle()) {
    // It may have begun with the next one earlier than we see it: it gets no less than its time.
    patience_ = now + in_flight(collected_ + 1).limit;
    watch_until(*patience_);
  } else if (closed_) {
    drained_wakeup_.notify();
  }
  return true;
}

void Instance::take_answer(std::uint64_t sequence, Resumptions& resumptions) {
  InFlight& call = in_flight(sequence);
  if (call.caller == nullptr) return;
  auto reply = exchange_.read(sequence, call.point, window_of(call.caller->context));
  if (!reply) {
    end_locked({Answer::Kind::kLying,
                "gave a malformed answer at " + std::string(hooks::name(call.point)) + ": " + reply.error().message},
               resumptions);
    return;
  }
  if (!reply->metrics.empty() && desk_) {
    if (const auto sentence = desk_->count(reply->metrics)) complain(*sentence, Clock::now());
  }
  std::exchange(call.caller, nullptr)->finish(answer_of(call.point, std::move(*reply)), resumptions);
}

void Instance::publish_line() {
  while (!line_.empty() && exchange_.has_room(line_.front()->details.request_bytes)) {
    Pending& call = *line_.front();
    line_.pop_front();
    if (idle()) {
      patience_ = call.deadline;
      watch_until(*patience_);
    }
    call.sequence = exchange_.published() + 1;
    InFlight& published = in_flight(call.sequence) = {&call, call.details.point, call.details.time_limit};
    published.work = call.details.work;
    if (desk_ && desk_->serves()) published.asker = {scope_of(call.context, call.details), call.executor};
    exchange_.publish(call.context, call.details);
  }
}

void Instance::ring(Resumptions& resumptions) {
  const auto bell = exchange_.take_bell();
  if (bell == 0) return;
  resumptions.exchange = &exchange_;
  resumptions.bell = bell;
}

/// The caller has gone away before it was answered.
void Instance::forget(Pending& call) {
  const std::lock_guard lock(mutex_);
  if (call.done) return;
  if (call.sequence == 0) {
    std::erase(line_, &call);
  } else {
    in_flight(call.sequence).caller = nullptr;
    exchange_.withdraw(call.sequence);
  }
}

void Instance::listen() {
  if (listening_ || ending_) return;
  listening_ = true;
  woken_.async_read_some(
      asio::buffer(&bells_, sizeof bells_),
      [self = shared_from_this()](const boost::system::error_code&, std::size_t) { self->on_bell(); });
}

void Instance::on_bell() {
  Resumptions resumptions;
  const std::lock_guard lock(mutex_);
  listening_ = false;
  if (ending_) return;
  turn_over(Clock::now(), resumptions);
  if (!started_) {
    ready_wakeup_.notify();
    listen();
  }
  if (!idle()) keep_looking();
}

void Instance::keep_looking() {
  if (std::exchange(looking_, true)) return;
  asio::post(strand_.get_inner_executor(), [self = shared_from_this()] { self->look_again(); });
}

/// Turns with the event loop as long as answers come, so that no bell is needed. When none has come since the last
/// time, asks for a bell.
void Instance::look_again() {
  Resumptions resumptions;
  const std::lock_guard lock(mutex_);
  looking_ = false;
  const bool taken = turn_over(Clock::now(), resumptions);
  if (ending_ || idle()) return;
  if (taken) return keep_looking();
  ask_for_bell();
}

void Instance::ask_for_bell() {
  exchange_.sleep_until(collected_ + 1);
  // Answered in this very moment: then no bell is rung.
  if (exchange_.answered() != collected_ || exchange_.asked() != asked_) return keep_looking();
  listen();
}

/// Lets whatever else is ready on the caller's loop run, while the process begins. True when there was something: a
/// thread that others need does not wait on the spot.
Task<bool> Instance::others_go_first() {
  const auto executor = co_await asio::this_coro::executor;
  const auto start = Clock::now();
  co_await asio::post(executor, asio::use_awaitable);
  co_return Clock::now() - start > kEmptyTurn;
}

/// The caller is the only one. How long it looks for the answer, it learns: looking costs the processor that the module
/// may need. It does not sleep for it: on a busy machine that takes longer than what others have ready meanwhile.
void Instance::look_for_answer(Pending& call) {
  // When it asks its host, somebody else is at work: the caller is suspended.
  const auto there = [&] {
    return exchange_.answered() >= call.sequence || exchange_.asked() != asked_ ||
           call.done.load(std::memory_order_acquire);
  };
  if (!look_for(looks_, there)) return;
  Resumptions resumptions;
  const std::lock_guard lock(mutex_);
  turn_over(Clock::now(), resumptions);
  // Others may have joined meanwhile.
  if (!idle() && (call.done || exchange_.published() != call.sequence)) keep_looking();
}

Task<void> Instance::suspend(Pending& call) {
  auto initiation = [this, &call](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([this, &call](asio::cancellation_type) {
        std::unique_ptr<Resumption> resumption;
        {
          const std::lock_guard lock(mutex_);
          resumption = std::move(call.resumption);
        }
        if (resumption) resumption->resume();
      });
    }
    std::unique_ptr<Resumption> resumption = std::make_unique<HandlerResumption<decltype(handler)>>(std::move(handler));
    {
      const std::lock_guard lock(mutex_);
      if (!call.done) {
        call.resumption = std::move(resumption);
        if (!looking_ && !idle()) ask_for_bell();
      }
    }
    if (resumption) resumption->resume();
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(std::move(initiation), asio::use_awaitable);
}

Task<std::optional<Answer>> Instance::call(const hooks::Context& context, CallDetails details) {
  const auto now = Clock::now();
  details.request_bytes = request_bytes(context, details);
  Pending call{context, details, now + details.time_limit};
  if (desk_ && desk_->serves()) call.executor = co_await asio::this_coro::executor;
  const AtExit leaving([this, &call] { forget(call); });
  bool alone = false;
  {
    Resumptions resumptions;
    const std::lock_guard lock(mutex_);
    accept(call, now, resumptions);
    alone = !call.done && !looking_ && call.sequence != 0 && call.sequence == collected_ + 1;
    ring(resumptions);
  }
  if (alone) {
    const bool busy = co_await others_go_first();
    if (!call.done && (!busy || exchange_.answered() >= call.sequence)) look_for_answer(call);
  }
  if (!call.done) co_await suspend(call);
  forward_log();
  // Cancelled: that is no answer of the module, and is not counted as one.
  if (!call.done) throw boost::system::system_error(asio::error::operation_aborted);
  co_return std::move(call.answer);
}

void Instance::close() {
  Resumptions resumptions;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (Pending* call : line_) call->finish(std::nullopt, resumptions);
  line_.clear();
  if (idle()) drained_wakeup_.notify();
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
      if (idle() || ending_ || shut_down_) co_return true;
    }
    if (Clock::now() >= deadline) co_return false;
    if (const bool woken = co_await drained_wakeup_.wait(); !woken) co_return false;
  }
}

Task<void> Instance::ask_to_end(Clock::time_point deadline) {
  if (const bool drained = co_await drain(deadline); !drained) co_return;
  const std::lock_guard lock(mutex_);
  if (ending_ || std::exchange(shut_down_, true)) co_return;
  in_flight(exchange_.published() + 1) = {};
  exchange_.publish_shutdown();
}

}  // namespace rapt::host
