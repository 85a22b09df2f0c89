// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/jobs/worker.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <map>
#include <random>
#include <set>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "job_store.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "rapt/store/redis.hpp"
#include "relay.hpp"
#include "wake_stream.hpp"

namespace rapt::jobs {

namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kRelayBehind{20}, kRelayBusy{100}, kRelayIdle{500};
constexpr milliseconds kPauseAfterFailure{1000}, kLongestNap{200}, kModuleNap{20};
constexpr std::chrono::hours kPruneEvery{1};
constexpr std::size_t kMostErrorBytes = 500;

/// Half to the whole of the doubled delay, so that jobs which failed together do not come back together.
milliseconds back_off(const Worker::Options& options, int attempt) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const auto doubled = static_cast<double>(options.retry_initial.count()) * std::pow(2.0, std::min(attempt - 1, 30));
  const auto whole = std::min(doubled, static_cast<double>(options.retry_maximum.count()));
  return milliseconds(static_cast<std::int64_t>(whole * std::uniform_real_distribution<>(0.5, 1.0)(random)));
}

/// How long the relay rests. A batch costs as much as ten of its rows: with something to do, rows gather for a moment.
milliseconds relay_rest(const Result<std::size_t>& moved, milliseconds before) {
  if (!moved) return kPauseAfterFailure;
  if (*moved == 0) return std::min(before * 2, kRelayIdle);
  return *moved < kRelayBatch ? kRelayBusy : kRelayBehind;
}

/// Says once that something is away, and once that it is back.
class Trouble {
 public:
  explicit Trouble(std::string part) : part_(std::move(part)) {}
  template <class T>
  void note(const Result<T>& result) {
    if (!result && !there_) log::warn("jobs.trouble", {{"part", part_}, {"detail", result.error().log_detail}});
    if (result && there_) log::info("jobs.recovered", {{"part", part_}});
    there_ = !result;
  }

 private:
  std::string part_;
  bool there_ = false;
};

}  // namespace

/// Everything but `stopping` is touched on the executor of run() alone.
struct Worker::Impl : std::enable_shared_from_this<Worker::Impl> {
  Impl(store::Database& its_database, store::Redis& its_redis, Options its_options)
      : database(its_database), redis(its_redis), options(std::move(its_options)), free(options.at_once) {
    claimer.worker = options.host + "/" + new_uuid();
    claimer.lease = options.lease;
  }

  Task<void> relay();
  Task<void> read();
  Task<void> sweep();
  Task<void> renew();
  Task<void> wake(WakeStream& stream);
  Task<Result<bool>> take_due();
  Task<Result<bool>> take_module_job();
  Task<void> tidy();
  Task<void> work(Job job);
  Task<Done> attempt(Job job);
  Task<void> end(Job job, Done done);

  /// Starts a task beside run(), which waits for it.
  Task<void> start(Task<void> task) {
    ++alive;
    const auto executor = co_await boost::asio::this_coro::executor;
    auto after = [self = shared_from_this()](const std::exception_ptr& fault) {
      if (fault) std::rethrow_exception(fault);
      --self->alive;
      self->changed.notify();
    };
    boost::asio::co_spawn(executor, std::move(task), std::move(after));
  }
  Task<void> start_work(Job job) {
    --free;
    if (job.module) busy.insert(job.module->module);
    co_await start(work(std::move(job)));
  }
  /// Waits, but not for long when the worker stops.
  Task<void> pause(milliseconds duration) const {
    const auto until = Steady::now() + duration;
    for (auto now = Steady::now(); !stopping && now < until; now = Steady::now()) {
      const auto rest = std::chrono::ceil<milliseconds>(until - now);
      co_await runtime::sleep_for(std::min(rest, kLongestNap));
    }
  }
  /// Until the next sweep, or until a module has ended one: its next may wait.
  Task<void> pause_for_module() const {
    const auto until = Steady::now() + options.sweep;
    while (!stopping && !ended_one && Steady::now() < until) {
      const auto rest = std::chrono::ceil<milliseconds>(until - Steady::now());
      co_await runtime::sleep_for(std::clamp(rest, milliseconds(0), busy.empty() ? kLongestNap : kModuleNap));
    }
  }
  /// False when there is nothing to wait for any more: the worker stops.
  Task<bool> slot(runtime::Wakeup& wakeup) {
    while (free == 0 && !stopping) co_await wakeup.wait();
    co_return !stopping;
  }

  store::Database& database;
  store::Redis& redis;
  const Options options;
  std::map<std::string, Handler> handlers;
  Claimer claimer;
  unsigned free;               ///< jobs that may be begun
  std::set<std::string> busy;  ///< modules that do one
  unsigned alive = 0;          ///< tasks that run() waits for
  bool renewing = true;
  bool ended_one = false;  ///< since the last sweep
  Steady::time_point tidied{};
  std::atomic<bool> stopping{false}, started{false};
  runtime::Wakeup slot_for_reader, slot_for_sweeper, changed, ended;
};

Task<void> Worker::Impl::relay() {
  Trouble trouble("outbox");
  auto rest = kRelayBusy;
  while (!stopping) {
    const auto moved = co_await relay_once(database, redis, options.stream_prefix);
    trouble.note(moved);
    rest = relay_rest(moved, rest);
    co_await pause(rest);
  }
}

Task<void> Worker::Impl::read() {
  Trouble trouble("stream");
  WakeStream stream(redis, options.stream_prefix, options.host);
  for (;;) {
    const bool go_on = co_await slot(slot_for_reader);
    if (!go_on) break;
    const auto ids = co_await stream.read(free);
    trouble.note(ids);
    if (!ids) {
      co_await pause(kPauseAfterFailure);
      continue;
    }
    for (const auto& id : *ids) {
      const bool may_begin = co_await slot(slot_for_reader);
      if (!may_begin) break;  // the sweep of another host, or of the next one here, finds them
      --free;                 // reserved: the sweeper must not take it while the database is asked
      auto job = co_await claim(database, claimer, id);
      ++free;
      if (job && *job) co_await start_work(std::move(**job));
    }
  }
  co_await stream.leave();
}

/// True when there may be more than there were free hands.
Task<Result<bool>> Worker::Impl::take_due() {
  const auto wanted = free;
  if (wanted == 0) co_return true;
  free -= wanted;  // reserved, as in read()
  auto jobs = co_await claim_due(database, claimer, wanted);
  free += wanted;
  if (!jobs) co_return jobs.error();
  for (auto& job : *jobs) co_await start_work(std::move(job));
  co_return jobs->size() == wanted;
}

/// True when there may be another one at once.
Task<Result<bool>> Worker::Impl::take_module_job() {
  if (free == 0) co_return true;
  std::vector<std::string> others(busy.begin(), busy.end());
  auto job = co_await claim_module_job(database, claimer, std::move(others));
  if (!job) co_return job.error();
  if (*job) co_await start_work(std::move(**job));
  co_return job->has_value();
}

Task<void> Worker::Impl::sweep() {
  Trouble trouble("database");
  while (!stopping) {
    ended_one = false;
    auto taking = options.for_modules ? take_module_job() : take_due();
    const auto more = co_await std::move(taking);
    trouble.note(more);
    if (more) co_await tidy();
    if (more && *more) {
      co_await slot(slot_for_sweeper);
    } else {
      co_await pause_for_module();
    }
  }
}

Task<void> Worker::Impl::tidy() {
  const auto failed = co_await fail_exhausted(database);
  if (failed && *failed > 0) log::warn("jobs.failed", {{"count", std::to_string(*failed)}, {"reason", "worker ended"}});
  if (tidied != Steady::time_point{} && Steady::now() - tidied < kPruneEvery) co_return;
  tidied = Steady::now();
  const auto pruned = co_await prune(database);
  if (!pruned) log::warn("jobs.not_pruned", {{"detail", pruned.error().log_detail}});
}

Task<void> Worker::Impl::renew() {
  const auto every = std::max(options.lease / 3, milliseconds(10));
  auto next = Steady::now() + every;
  while (renewing) {
    co_await runtime::sleep_for(std::min(every, kLongestNap));
    if (Steady::now() < next) continue;
    next = Steady::now() + every;
    const auto renewed = co_await jobs::renew(database, claimer);
    if (!renewed) log::warn("jobs.lease_not_renewed", {{"detail", renewed.error().log_detail}});
  }
}

Task<Done> Worker::Impl::attempt(Job job) {
  try {
    co_return co_await handlers.at(job.kind)(job);
  } catch (const std::exception& fault) {
    log::error("jobs.handler_threw", {{"kind", job.kind}, {"job", job.id}, {"detail", printable(fault.what())}});
  }
  co_return Done{Done::Kind::kAgain, "Something went wrong in the host; its log says what."};
}

Task<void> Worker::Impl::work(Job job) {
  auto done = co_await attempt(job);
  const std::string module = job.module ? job.module->module : "";
  co_await end(std::move(job), std::move(done));
  ++free;
  ended_one = busy.erase(module) > 0;
  slot_for_reader.notify();
  slot_for_sweeper.notify();
}

Task<void> Worker::Impl::end(Job job, Done done) {
  const bool good = done.kind == Done::Kind::kDone;
  // The end of the host ends modules in the middle: that is nobody's failure.
  const bool cut_off = stopping && job.module && done.kind == Done::Kind::kAgain;
  const bool counts = done.kind != Done::Kind::kLater && !cut_off;
  const std::string wanted = good ? "done" : done.kind == Done::Kind::kFailed ? "failed" : "waiting";
  const auto backed_off = back_off(options, std::max(job.attempt - job.postponed, 1));
  const auto delay = wanted == "waiting" ? done.delay.value_or(backed_off) : milliseconds(0);
  const auto reason = good ? std::string() : printable(done.reason, kMostErrorBytes);
  auto writing = [job, wanted, delay, reason, counts](store::Transaction& tx) {
    return end_attempt(tx, job, wanted, delay, reason, counts);
  };
  const auto ended_as = co_await database.transaction(std::move(writing));
  if (!ended_as) {
    // Its lease will run out, and another attempt finds what this one has stored.
    log::error("jobs.end_not_stored", {{"job", job.id}, {"detail", ended_as.error().log_detail}});
  } else if (!good && counts) {
    log::warn(*ended_as == "failed" ? "job.failed" : "job.again", {{"kind", job.kind},
                                                                   {"job", job.id},
                                                                   {"key", job.idempotency_key},
                                                                   {"attempt", std::to_string(job.attempt)},
                                                                   {"reason", reason}});
  }
}

Worker::Worker(store::Database& database, store::Redis& redis, Options options)
    : impl_(std::make_shared<Impl>(database, redis, std::move(options))) {}
Worker::~Worker() = default;

void Worker::handle(std::string kind, Handler handler) {
  impl_->claimer.kinds.push_back(kind);
  impl_->handlers[std::move(kind)] = std::move(handler);
}

Task<void> Worker::run() {
  const auto impl = impl_;
  impl->started = true;
  if (!impl->options.for_modules) {
    co_await impl->start(impl->relay());
    co_await impl->start(impl->read());
  }
  co_await impl->start(impl->sweep());
  // What is being done keeps its lease to its end, so this one ends last.
  co_await impl->start(impl->renew());
  while (impl->alive > 1) co_await impl->changed.wait();
  impl->renewing = false;
  while (impl->alive > 0) co_await impl->changed.wait();
  impl->ended.notify();
}

Task<void> Worker::stop() {
  const auto impl = impl_;
  impl->stopping = true;
  impl->slot_for_reader.notify();
  impl->slot_for_sweeper.notify();
  if (impl->started) co_await impl->ended.wait();
}

}  // namespace rapt::jobs
