// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/database.hpp"

#include <chrono>
#include <thread>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <pqxx/transaction>

#include "connection.hpp"
#include "failure.hpp"
#include "query_lane.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "rapt/runtime/lane_parts.hpp"
#include "rows.hpp"

namespace rapt::store {
namespace {

constexpr std::size_t kMaxQueued = 1024;

}  // namespace

struct Transaction::Impl {
  Connection& connection;
  pqxx::transaction_base& transaction;
  std::optional<Failure> failure{};  // the first one: nothing can be committed after it

  static Rows rows_of(std::shared_ptr<const Table> table) {
    Rows rows;
    rows.data_ = std::make_shared<Row::Data>(std::move(table));
    return rows;
  }

  Result<pqxx::result> exec(const Statement& statement, const Params& params) {
    if (auto refused = refused_value(params)) {
      failure = Failure{*refused};
      return *refused;
    }
    try {
      return connection.exec(transaction, statement, params);
    } catch (const std::logic_error&) {
      throw;
    } catch (...) {
      const Failure now = current_failure(statement.name);
      if (!failure) failure = now;
      return now.error;
    }
  }
};

Result<Rows> Transaction::exec(const Statement& statement, const Params& params) {
  auto result = impl_.exec(statement, params);
  if (!result) return result.error();
  return Impl::rows_of(table_of(std::move(*result)));
}

Result<void> Transaction::exec_script(std::string_view sql) {
  try {
    impl_.transaction.exec(std::string(sql));
    return {};
  } catch (...) {
    impl_.failure = current_failure("script");
    return impl_.failure->error;
  }
}

struct Database::Impl {
  using Work = std::function<Result<void>(Transaction&)>;

  explicit Impl(const Options& options)
      : connections(options),
        pool({.name = "database", .threads = options.connections, .max_queued = kMaxQueued}),
        source(std::make_shared<QuerySource>(options)),
        queries("queries", [this](const Executor& executor) { return std::make_shared<QueryLane>(executor, source); }) {
  }
  ~Impl() { source->stop(); }

  /// One attempt; `failure` says what may be done about it.
  template <class R, class Use>
  R attempt(const Use& use, std::optional<Failure>& failure) {
    std::unique_ptr<Connection> connection;
    try {
      connection = connections.take();
      R outcome = use(*connection, failure);
      if (!failure || !failure->connection_lost) connections.give_back(std::move(connection));
      return outcome;
    } catch (const std::logic_error& bug) {
      return Error::internal(bug.what());
    } catch (...) {
      failure = current_failure("connect");
      // BEGIN on a connection that had been idle: nothing was done yet, and a new connection may do better.
      failure->retryable = failure->connection_lost && connection && !connection->fresh();
      return failure->error;
    }
  }

  template <class R, class Use>
  R with_retries(const Use& use) {
    for (int tries = 1;; ++tries) {
      std::optional<Failure> failure;
      R outcome = attempt<R>(use, failure);
      if (outcome || !failure || !failure->retryable || tries == kAttempts) return outcome;
      std::this_thread::sleep_for(std::chrono::milliseconds(5) * tries * tries);
    }
  }

  Result<void> run(const Work& work) {
    return with_retries<Result<void>>([&work](Connection& connection, std::optional<Failure>& failure) -> Result<void> {
      pqxx::work raw(connection.raw());
      Transaction::Impl impl{connection, raw};
      Transaction transaction(impl);
      Result<void> outcome = work(transaction);
      failure = impl.failure;
      if (!outcome) return outcome;
      if (failure) return failure->error;
      try {
        raw.commit();
        return {};
      } catch (...) {
        failure = current_failure("commit");
        return failure->error;
      }
    });
  }

  ConnectionStack connections;
  runtime::BlockingPool pool;
  const std::shared_ptr<QuerySource> source;
  runtime::LaneParts queries;
};

Database::Database(Options options) : impl_(std::make_unique<Impl>(options)) {}
Database::~Database() = default;

Task<Result<Rows>> Database::query(const Statement& statement, Params params) {
  return ask(statement, std::move(params), std::nullopt);
}

Task<Result<Rows>> Database::query_sharing(const Statement& statement, Params params, std::string group) {
  return ask(statement, std::move(params), std::move(group));
}

// No cancellation slot on purpose: a cancelled task waits for its statement, which has a limit of its own.
Task<Result<Rows>> Database::ask(const Statement& statement, Params params, std::optional<std::string> group) {
  namespace asio = boost::asio;
  using Answer = Result<std::shared_ptr<const Table>>;
  auto initiation = [&lanes = impl_->queries](auto handler, Query query) {
    const Executor executor = asio::get_associated_executor(handler);
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    query.done = [shared](Answer outcome) {
      asio::dispatch(asio::get_associated_executor(*shared), [shared, result = std::move(outcome)]() mutable {
        auto once = std::move(*shared);
        once(std::move(result));
      });
    };
    if (auto* lane = static_cast<QueryLane*>(lanes.here(executor))) return lane->submit(std::move(query));
    lanes.elsewhere(
        [moved = std::move(query)](runtime::LanePart& part) { static_cast<QueryLane&>(part).submit(moved); });
  };
  Query asked{.statement = statement, .params = std::move(params), .done = {}, .group = std::move(group)};
  auto answer = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
      std::move(initiation), asio::use_awaitable, std::move(asked));
  if (!answer) co_return answer.error();
  co_return Transaction::Impl::rows_of(std::move(*answer));
}

Result<void> Database::transaction_blocking(const std::function<Result<void>(Transaction&)>& work) {
  return impl_->run(work);
}

Task<Result<void>> Database::run_erased(std::function<Result<void>(Transaction&)> work) {
  Impl* impl = impl_.get();
  auto bound = [impl, moved = std::move(work)] { return impl->run(moved); };
  co_return co_await impl->pool.run(std::move(bound));
}

}  // namespace rapt::store
