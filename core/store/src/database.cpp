// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/database.hpp"

#include <chrono>
#include <thread>

#include <pqxx/nontransaction>
#include <pqxx/transaction>

#include "connection.hpp"
#include "failure.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "rows.hpp"

namespace rapt::store {
namespace {

constexpr int kAttempts = 5;
constexpr std::size_t kMaxQueued = 1024;

/// Text parameters end at the first NUL on the wire: one inside would silently cut the value.
std::optional<Error> refused_value(const Params& params) {
  for (const auto& value : params.values()) {
    if (value && value->find('\0') != std::string::npos) {
      return Error::invalid("", "The text holds the character U+0000, which cannot be stored.");
    }
  }
  return std::nullopt;
}

}  // namespace

struct Transaction::Impl {
  Connection& connection;
  pqxx::transaction_base& transaction;
  std::optional<Failure> failure{};  // the first one: nothing can be committed after it

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
  Rows rows;
  rows.data_ = std::make_shared<Row::Data>(std::move(*result));
  return rows;
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
      : connections(options), pool({.name = "database", .threads = options.connections, .max_queued = kMaxQueued}) {}

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

  /// Without BEGIN and COMMIT: one statement is a transaction of its own, in one round trip.
  Result<Rows> run_one(const Statement& statement, const Params& params) {
    return with_retries<Result<Rows>>([&](Connection& connection, std::optional<Failure>& failure) -> Result<Rows> {
      pqxx::nontransaction raw(connection.raw());
      Transaction::Impl impl{connection, raw};
      Transaction transaction(impl);
      auto rows = transaction.exec(statement, params);
      failure = impl.failure;
      return rows;
    });
  }

  ConnectionStack connections;
  runtime::BlockingPool pool;
};

Database::Database(Options options) : impl_(std::make_unique<Impl>(options)) {}
Database::~Database() = default;

Task<Result<Rows>> Database::query(const Statement& statement, Params params) {
  Impl* impl = impl_.get();
  const Statement named = statement;
  auto work = [impl, named, bound = std::move(params)] { return impl->run_one(named, bound); };
  co_return co_await impl->pool.run(std::move(work));
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
