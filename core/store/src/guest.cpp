// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/guest.hpp"

#include <condition_variable>
#include <map>
#include <thread>

#include <boost/asio/this_coro.hpp>

#include "guest_talk.hpp"
#include "rapt/runtime/blocking_pool.hpp"

namespace rapt::store {
namespace {

constexpr std::chrono::seconds kIdle{30};
constexpr std::chrono::seconds kLook{5};

struct Idle {
  PgConnection connection;
  Steady::time_point since;
};

void cancel(PGconn* connection) {
  PGcancel* handle = PQgetCancel(connection);
  if (handle == nullptr) return;
  std::string why(256, '\0');
  PQcancel(handle, why.data(), static_cast<int>(why.size()));
  PQfreeCancel(handle);
}

}  // namespace

struct Guests::Impl {
  Impl(std::string address, unsigned most) : url(std::move(address)), most_per_login(most) {}

  /// A connection that rests, or none; with `may`, one may be made.
  PgConnection take(const std::string& role, bool& may) {
    const std::lock_guard lock(mutex);
    auto& used = in_use[role];
    may = used < most_per_login;
    if (!may) return nullptr;
    ++used;
    auto& rests = idle[role];
    if (rests.empty()) return nullptr;
    auto connection = std::move(rests.back().connection);
    rests.pop_back();
    return connection;
  }
  void give_back(const std::string& role, PgConnection connection, bool reusable) {
    const std::lock_guard lock(mutex);
    if (--in_use[role] == 0) in_use.erase(role);
    if (!connection) return;
    if (reusable) {
      idle[role].push_back({std::move(connection), Steady::now()});
    } else {
      ending.push_back(std::move(connection));
      changed.notify_all();
    }
  }

  /// Cancels and closes what is of no use any more, and what nobody has used for a while.
  void keep(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      changed.wait_for(lock, stop, kLook, [this] { return !ending.empty(); });
      auto going = std::exchange(ending, {});
      std::vector<PgConnection> resting = take_idle();
      lock.unlock();
      for (const auto& connection : going) {
        if (PQtransactionStatus(connection.get()) == PQTRANS_ACTIVE) cancel(connection.get());
      }
      going.clear();
      resting.clear();
      lock.lock();
    }
  }
  std::vector<PgConnection> take_idle() {
    std::vector<PgConnection> out;
    const auto before = Steady::now() - kIdle;
    for (auto& [role, rests] : idle) {
      for (auto& one : rests) {
        if (one.since < before) out.push_back(std::move(one.connection));
      }
      std::erase_if(rests, [](const Idle& one) { return !one.connection; });
    }
    std::erase_if(idle, [](const auto& entry) { return entry.second.empty(); });
    return out;
  }

  const std::string url;
  const unsigned most_per_login;
  mutable std::mutex mutex;
  std::condition_variable_any changed;
  std::map<std::string, std::vector<Idle>> idle;
  std::map<std::string, unsigned> in_use;
  std::vector<PgConnection> ending;
  runtime::BlockingPool connecting{{.name = "guests", .threads = 2, .max_queued = 64}};
  std::jthread keeper;
};

namespace {

/// One connection of a login, given back at the end: for others when it is in order, else to be closed.
template <class Impl>
struct Slot {
  std::shared_ptr<Impl> impl;
  std::string role;
  PgConnection connection{};
  bool reusable = false;

  Slot(std::shared_ptr<Impl> of, std::string name) : impl(std::move(of)), role(std::move(name)) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() { impl->give_back(role, std::move(connection), reusable); }
};

GuestOutcome away(std::string detail) {
  GuestOutcome out;
  out.kind = GuestOutcome::Kind::kAway;
  out.detail = std::move(detail);
  return out;
}

/// All in the transaction that has been begun; a connection whose state is known afterwards is `reusable`.
Task<GuestOutcome> run_all(PGconn* connection, const std::vector<GuestStatement>& statements, GuestSink& sink,
                           Steady::time_point deadline, bool& reusable) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  GuestTalk talk(connection, executor, deadline);
  const GuestStatement commit{"COMMIT"}, rollback{"ROLLBACK"};
  GuestOutcome outcome;
  for (std::size_t i = 0; i < statements.size() && outcome.kind == GuestOutcome::Kind::kDone; ++i) {
    outcome = co_await talk.exec(statements[i], &sink);
    outcome.statement = i;
  }
  if (outcome.kind == GuestOutcome::Kind::kDone) {
    outcome = co_await talk.exec(commit, nullptr);
    outcome.statement = statements.size() - 1;
  } else if (outcome.kind == GuestOutcome::Kind::kFault) {
    const auto undone = co_await talk.exec(rollback, nullptr);
    if (undone.kind != GuestOutcome::Kind::kDone) co_return outcome;
  }
  const bool known = outcome.kind == GuestOutcome::Kind::kDone || outcome.kind == GuestOutcome::Kind::kFault;
  while (PGnotify* told = PQnotifies(connection)) PQfreemem(told);
  // Answered while nobody waits; whoever takes the connection next reads the answer first.
  reusable = known && PQtransactionStatus(connection) == PQTRANS_IDLE &&
             PQsendQueryParams(connection, "DISCARD ALL", 0, nullptr, nullptr, nullptr, nullptr, 0) == 1 &&
             PQflush(connection) == 0;
  co_return outcome;
}

/// Begins a transaction. False: the connection is of no use; one that has rested may have been closed meanwhile.
Task<bool> begun(PGconn* connection, bool rested, Steady::time_point deadline) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  GuestTalk talk(connection, executor, deadline);
  if (rested) {
    const bool in_order = co_await talk.drain();
    if (!in_order) co_return false;
  }
  const GuestStatement begin{"BEGIN"};
  const auto outcome = co_await talk.exec(begin, nullptr);
  co_return outcome.kind == GuestOutcome::Kind::kDone;
}

}  // namespace

Guests::Guests(std::string url, unsigned connections_per_login)
    : impl_(std::make_shared<Impl>(std::move(url), connections_per_login)) {
  impl_->keeper = std::jthread([impl = impl_.get()](const std::stop_token& stop) { impl->keep(stop); });
}

Guests::~Guests() {
  impl_->keeper.request_stop();
  impl_->keeper.join();
}

std::size_t Guests::open() const {
  const std::lock_guard lock(impl_->mutex);
  std::size_t count = 0;
  for (const auto& [role, rests] : impl_->idle) count += rests.size();
  for (const auto& [role, used] : impl_->in_use) count += used;
  return count;
}

Task<GuestOutcome> Guests::run(GuestLogin login, std::vector<GuestStatement> statements, GuestSink& sink,
                               Steady::time_point deadline) {
  bool may = false;
  auto resting = impl_->take(login.role, may);
  if (!may) co_return away("all connections of the login are in use");
  Slot<Impl> slot(impl_, login.role);
  slot.connection = std::move(resting);
  if (slot.connection) {
    const bool ready = co_await begun(slot.connection.get(), true, deadline);
    if (!ready) slot.connection.reset();
  }
  if (!slot.connection) {
    auto connecting = [url = impl_->url, login]() -> Result<std::shared_ptr<GuestConnected>> {
      auto made = std::make_shared<GuestConnected>(connect_guest(url, login, ""));
      if (made->connection) PQsetnonblocking(made->connection.get(), 1);
      return made;
    };
    const auto made = co_await impl_->connecting.run(std::move(connecting));
    if (!made) co_return away(made.error().log_detail);
    if (!(*made)->connection) co_return away((*made)->detail);
    slot.connection = std::move((*made)->connection);
    const bool ready = co_await begun(slot.connection.get(), false, deadline);
    if (!ready) co_return away("a new connection was of no use: " + text_of(slot.connection.get()));
  }
  co_return co_await run_all(slot.connection.get(), statements, sink, deadline, slot.reusable);
}

}  // namespace rapt::store
