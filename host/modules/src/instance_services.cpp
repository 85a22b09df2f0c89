// SPDX-License-Identifier: AGPL-3.0-or-later
// How a process asks its host while it is being asked. There is one question at a time, and it belongs to the call that
// the process works on; everything else is a lie. The answer is made by a task of its own on the executor of that call,
// because its caller may leave while the module still works.
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "instance.hpp"
#include "instance_look.hpp"
#include "instance_pending.hpp"
#include "instance_series.hpp"

namespace rapt::host {

namespace asio = boost::asio;
using hooks::Answer;

namespace {

/// Begins a series once the mutex has been left.
class Start final : public Resumption {
 public:
  explicit Start(std::function<void()> begin) : begin_(std::move(begin)) {}
  void resume() override { begin_(); }

 private:
  std::function<void()> begin_;
};

}  // namespace

void Instance::take_question(std::uint64_t asked, Clock::time_point now, Resumptions& resumptions) {
  const auto lying = [&](const std::string& what) { end_locked({Answer::Kind::kLying, what}, resumptions); };
  if (idle()) return lying("asked its host although nobody had called it");
  if (question_) return lying("asked its host a second question before the first was answered");
  if (asked != asked_ + 1) return lying("counted its questions to the host wrongly");
  auto read = exchange_.read_question();
  if (!read) return lying("asked its host a malformed question: " + read.error().message);
  if (read->request != collected_ + 1) return lying("asked its host in the name of a call that it is not working on");
  asked_ = asked;
  const sandbox::Service service = read->service;
  const auto& asker = in_flight(collected_ + 1).asker;
  if (!desk_ || !desk_->offers(service) || !asker) {
    if (desk_) complain(desk_->refuse(service), now);
    exchange_.answer(asked, {.status = RAPT_E_NOT_ALLOWED});
    return;
  }
  question_.emplace(
      Question{asked, service, now, desk_->request(std::move(*read), asker->scope, patience_.value_or(now))});
  if (!series_) begin_series(asker->executor, resumptions);
}

void Instance::begin_series(const Executor& executor, Resumptions& resumptions) {
  series_ = std::make_shared<Series>(executor);
  ++tasks_;
  // On its strand, so that a cancellation comes either before it or to it.
  auto begin = [self = shared_from_this(), series = series_] {
    asio::dispatch(series->strand, [self, series] {
      asio::co_spawn(series->strand, self->answer_questions(series),
                     asio::bind_cancellation_slot(series->cancel.slot(),
                                                  [self, series](const std::exception_ptr&) { self->series_over(); }));
    });
  };
  resumptions.list.push_back(std::make_unique<Start>(std::move(begin)));
}

/// Cancelled when the process has ended: then nothing is written any more.
Task<void> Instance::answer_questions(std::shared_ptr<Series> series) {
  auto let_go = Clock::now();
  while (auto request = next_question()) {
    ServiceAnswer answer = co_await desk_->serve(std::move(*request));
    if (const auto seen = give_answer(answer)) linger(*seen);
    if (Clock::now() - let_go < kOnTheSpot) continue;
    co_await asio::post(series->strand, asio::use_awaitable);
    let_go = Clock::now();
  }
}

/// nullopt ends the series: who finds a question from now on begins another.
std::optional<ServiceRequest> Instance::next_question() {
  const std::lock_guard lock(mutex_);
  if (!ending_ && question_ && question_->request) return std::exchange(question_->request, std::nullopt);
  series_.reset();
  return std::nullopt;
}

/// What had been seen of the process by then, if this task is to look for what it does next.
std::optional<Instance::Seen> Instance::give_answer(const ServiceAnswer& answer) {
  const std::lock_guard lock(mutex_);
  if (ending_ || !question_) return std::nullopt;
  const auto now = Clock::now();
  const rapt_status status = exchange_.answer(question_->number, answer);
  desk_->answered(question_->service, status, now - question_->asked_at);
  if (!answer.complaint.empty()) complain(answer.complaint, now);
  question_.reset();
  if (std::exchange(looking_, true)) return std::nullopt;
  exchange_.sleep_until(0);
  return Seen{collected_, asked_};
}

/// The next question, or the answer to the call, is likely to come at once: looks for it as a caller does.
void Instance::linger(const Seen& seen) {
  look_for(service_looks_,
           [&] { return exchange_.answered() != seen.collected || exchange_.asked() != seen.asked || ended_.load(); });
  Resumptions resumptions;
  const std::lock_guard lock(mutex_);
  looking_ = false;
  const bool taken = turn_over(Clock::now(), resumptions);
  if (ending_ || idle() || question_) return;
  if (taken) return keep_looking();
  ask_for_bell();
}

void Instance::series_over() {
  {
    const std::lock_guard lock(mutex_);
    --tasks_;
  }
  gone_wakeup_.notify();
}

/// The process ends: what it asked is not answered any more.
void Instance::drop_question() {
  if (question_) desk_->answered(question_->service, std::nullopt, {});
  question_.reset();
  if (!series_) return;
  asio::post(series_->strand, [series = series_] { series->cancel.emit(asio::cancellation_type::terminal); });
}

void Instance::complain(const std::string& sentence, Clock::time_point now) {
  log_.complain(sentence, now);
}

}  // namespace rapt::host
