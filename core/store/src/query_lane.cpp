// SPDX-License-Identifier: AGPL-3.0-or-later
#include "query_lane.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "connection.hpp"

namespace rapt::store {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxStatements = 1024;
constexpr std::size_t kMostInFlight = 8;           // transactions on one connection
constexpr std::size_t kMostSharing = 16;           // statements in one of them
constexpr std::chrono::microseconds kFresh{500};   // after so long at one statement, none is sent behind it
constexpr std::chrono::milliseconds kPatience{2};  // after so long another connection helps
constexpr std::chrono::milliseconds kPause{100};   // after a connection that could not be made
constexpr std::chrono::seconds kIdleHelper{60};    // after which one is closed: a new one plans its statements anew

Error busy(const char* why) {
  return Error::unavailable("database", "The system is busy: try again in a moment.",
                            std::string("the queue of statements ") + why);
}

}  // namespace

bool QuerySource::connect(std::function<void(Connected)> then) {
  const std::lock_guard lock(mutex_);
  if (!threads_) return false;
  asio::post(*threads_, [options = options_, then = std::move(then)] { then(connect_for_pipeline(options)); });
  return true;
}

bool QuerySource::take_helper() {
  const std::lock_guard lock(mutex_);
  if (helpers_ + 1 >= options_.connections) return false;
  ++helpers_;
  return true;
}

void QuerySource::give_helper() {
  const std::lock_guard lock(mutex_);
  --helpers_;
}

void QuerySource::stop() {
  std::unique_ptr<asio::thread_pool> ending;
  {
    const std::lock_guard lock(mutex_);
    ending = std::move(threads_);
  }
  if (!ending) return;
  ending->stop();
  ending->join();
}

QueryLane::QueryLane(Executor executor, std::shared_ptr<QuerySource> source)
    : executor_(std::move(executor)), source_(std::move(source)), timer_(executor_), idle_timer_(executor_) {
  mailbox_->lane = this;
}

QueryLane::~QueryLane() {
  leave();
  for (const auto& pipeline : pipelines_) pipeline->close();
}

void QueryLane::leave() {
  ended_ = true;
  const std::lock_guard lock(mailbox_->mutex);
  mailbox_->lane = nullptr;
}

void QueryLane::end() {
  leave();
  timer_.cancel();
  idle_timer_.cancel();
  for (const auto& pipeline : pipelines_) pipeline->lose("the program is stopping");
  forget_closed();
  refuse_all(busy("is stopping"));
}

void QueryLane::refuse_all(const Error& error) {
  for (auto* queue : {&queue_, &sharing_}) {
    for (Query& query : std::exchange(*queue, {})) query.done(error);
  }
}

void QueryLane::abandon() {
  leave();
  for (const auto& pipeline : pipelines_) pipeline->close();
  queue_.clear();
  sharing_.clear();
}

void QueryLane::refuse(Query query, Error error) {
  asio::post(executor_, [query = std::move(query), error = std::move(error)] { query.done(error); });
}

void QueryLane::submit(Query query) {
  if (ended_) return refuse(std::move(query), busy("is stopping"));
  if (queue_.size() + sharing_.size() >= kMaxStatements) return refuse(std::move(query), busy("is full"));
  if (auto fault = refused_value(query.params)) return refuse(std::move(query), std::move(*fault));
  query.since = Steady::now();
  (query.group ? sharing_ : queue_).push_back(std::move(query));
  dispatch_soon();
}

/// Behind what the loop has ready now, so that statements of other tasks go along.
void QueryLane::dispatch_soon() {
  if (std::exchange(posted_, true)) return;
  asio::post(executor_, [mailbox = mailbox_] {
    if (mailbox->lane == nullptr) return;
    mailbox->lane->posted_ = false;
    mailbox->lane->dispatch();
  });
}

void QueryLane::dispatch() {
  while (!queue_.empty() || !sharing_.empty()) {
    const auto now = Steady::now();
    std::deque<Query>* next = next_queue(now);
    if (next == nullptr) return ring_at(sharing_.front().since + kPatience);
    const auto since = next->front().since;
    if (Pipeline* pipeline = free_pipeline(now, since)) {
      if (next == &sharing_) {
        send_sharing(*pipeline);
      } else {
        send(*pipeline, std::move(queue_.front()));
        queue_.pop_front();
      }
      continue;
    }
    if (connecting_) return;
    const auto due = pipelines_.empty() ? not_before_ : std::max(since + kPatience, not_before_);
    if (now < due) return ring_at(due);
    if (!pipelines_.empty() && !source_->take_helper()) return;
    for_helper_ = !pipelines_.empty();
    return connect();
  }
}

/// Those that share gather while others are on their way, but nobody waits long for that. Nullptr: they do.
std::deque<Query>* QueryLane::next_queue(Steady::time_point now) {
  if (sharing_.empty()) return &queue_;
  const bool late = now >= sharing_.front().since + kPatience;
  if (late) return !queue_.empty() && queue_.front().since < sharing_.front().since ? &queue_ : &sharing_;
  if (!queue_.empty()) return &queue_;
  return pipelines_.empty() || pipelines_.front()->in_flight() == 0 ? &sharing_ : nullptr;
}

/// The first one while it answers fast, the others when somebody has to wait for it.
Pipeline* QueryLane::free_pipeline(Steady::time_point now, Steady::time_point since) {
  forget_closed();
  const auto fresh = [now](const Pipeline& one) { return one.in_flight() == 0 || now < one.since() + kFresh; };
  for (std::size_t i = 0; i < pipelines_.size(); ++i) {
    Pipeline& one = *pipelines_[i];
    const bool waits = now >= since + kPatience || now >= pipelines_.front()->since() + kPatience;
    if (i > 0 && !waits) return nullptr;
    if (one.in_flight() < kMostInFlight && fresh(one) && one.usable()) return &one;
  }
  return nullptr;
}

void QueryLane::send(Pipeline& pipeline, Query query) {
  if (pipeline.knows_otherwise(query.statement)) {
    Error bug = Error::internal(std::string("two statements have the name ") + query.statement.name);
    return refuse(std::move(query), std::move(bug));
  }
  pipeline.send(std::move(query));
}

/// Those that have gathered, in a transaction for each of their groups.
void QueryLane::send_sharing(Pipeline& pipeline) {
  while (!sharing_.empty() && pipeline.in_flight() < kMostInFlight) {
    auto together = take_group(pipeline);
    if (together.size() == 1) {
      send(pipeline, std::move(together.front()));
      continue;
    }
    std::ranges::stable_sort(together, {}, [](const Query& one) { return one.params.values().at(0); });
    pipeline.send_together(std::move(together));
  }
}

/// What may go with the first. A statement that the connection does not know yet goes alone, and is prepared by that.
std::vector<Query> QueryLane::take_group(const Pipeline& pipeline) {
  std::vector<Query> together;
  together.push_back(std::move(sharing_.front()));
  sharing_.pop_front();
  if (!pipeline.knows(together.front().statement)) return together;
  for (auto next = sharing_.begin(); next != sharing_.end() && together.size() < kMostSharing;) {
    if (next->group != together.front().group || !pipeline.knows(next->statement)) {
      ++next;
      continue;
    }
    together.push_back(std::move(*next));
    next = sharing_.erase(next);
  }
  return together;
}

void QueryLane::forget_closed() {
  const auto before = pipelines_.size();
  std::erase_if(pipelines_, [](const auto& pipeline) { return !pipeline->open(); });
  const std::size_t helpers_before = before == 0 ? 0 : before - 1;
  const std::size_t helpers_now = pipelines_.empty() ? 0 : pipelines_.size() - 1;
  for (std::size_t i = helpers_now; i < helpers_before; ++i) source_->give_helper();
}

void QueryLane::connect() {
  const bool begun = source_->connect([mailbox = mailbox_, executor = executor_](Connected connected) {
    auto made = std::make_shared<Connected>(std::move(connected));
    // With the lock held the lane, and with it the loop, stays for as long as it takes to post.
    const std::lock_guard lock(mailbox->mutex);
    if (mailbox->lane == nullptr) return;
    asio::post(executor, [mailbox, made] {
      if (mailbox->lane != nullptr) mailbox->lane->connected(std::move(*made));
    });
  });
  connecting_ = begun;
}

void QueryLane::connected(Connected made) {
  connecting_ = false;
  if (made.connection) {
    // As long as the lane has one, it is not gone, and neither are they without it.
    pipelines_.push_back(std::make_shared<Pipeline>(
        executor_, std::move(made.connection),
        [this](Query query, Pipeline::Outcome outcome) { answered(std::move(query), std::move(outcome)); },
        [this] { dispatch(); }));
    if (pipelines_.size() == 1 && for_helper_) source_->give_helper();  // the first one was lost meanwhile
    pipelines_.back()->start();
    retire_idle();
    return dispatch();
  }
  if (for_helper_) source_->give_helper();
  not_before_ = Steady::now() + kPause;
  forget_closed();
  if (!pipelines_.empty()) return dispatch();
  refuse_all(made.failure->error);
}

void QueryLane::answered(Query query, Pipeline::Outcome outcome) {
  if (!outcome.failure) return query.done(table_of(std::move(outcome.rows)));
  if (outcome.of_others && !outcome.failure->connection_lost) {
    query.group.reset();  // nothing of what it was sent with counts: alone it answers for itself
    return submit(std::move(query));
  }
  if (outcome.failure->retryable && query.tries < kAttempts && !ended_) return try_again(std::move(query));
  query.done(outcome.failure->error);
}

void QueryLane::try_again(Query query) {
  const auto pause = std::chrono::milliseconds(5) * query.tries * query.tries;
  ++query.tries;
  auto timer = std::make_shared<asio::steady_timer>(executor_, pause);
  timer->async_wait([timer, mailbox = mailbox_, query = std::move(query)](const error_code&) mutable {
    if (mailbox->lane == nullptr) return query.done(busy("is stopping"));
    mailbox->lane->submit(std::move(query));
  });
}

void QueryLane::ring_at(Steady::time_point when) {
  if (rings_at_ <= when) return;
  rings_at_ = when;
  timer_.expires_at(when);
  timer_.async_wait([mailbox = mailbox_](const error_code& fault) {
    if (fault || mailbox->lane == nullptr) return;
    mailbox->lane->rings_at_ = Steady::time_point::max();
    mailbox->lane->dispatch();
  });
}

/// Looks after the helpers as long as there are any.
void QueryLane::retire_idle() {
  const auto now = Steady::now();
  for (std::size_t i = 1; i < pipelines_.size(); ++i) {
    if (pipelines_[i]->in_flight() == 0 && now >= pipelines_[i]->since() + kIdleHelper) pipelines_[i]->close();
  }
  forget_closed();
  if (pipelines_.size() < 2) return;
  idle_timer_.expires_after(kIdleHelper);
  idle_timer_.async_wait([mailbox = mailbox_](const error_code& fault) {
    if (!fault && mailbox->lane != nullptr) mailbox->lane->retire_idle();
  });
}

}  // namespace rapt::store
