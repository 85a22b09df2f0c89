// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {

/// A named statement: prepared once a connection under its name. Define them as constants in one file per entity.
struct Statement {
  const char* name;
  const char* sql;
};

/// Bound parameters in order ($1…). Text form; nullopt is NULL.
class Params {
 public:
  Params& add(std::string_view value);
  Params& add(const char* value) { return add(std::string_view(value)); }
  Params& add(std::int64_t value);
  Params& add(int value) { return add(static_cast<std::int64_t>(value)); }
  Params& add(bool value);
  Params& add(TimePoint value);
  Params& add_null();
  template <class Tag>
  Params& add(const Id<Tag>& id) {
    return id.empty() ? add_null() : add(std::string_view(id.str()));
  }
  template <class T>
  Params& add(const std::optional<T>& value) {
    return value ? add(*value) : add_null();
  }
  /// Binds a PostgreSQL array of text (uuid[], text[]).
  Params& add_array(const std::vector<std::string>& values);
  [[nodiscard]] const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  std::vector<std::optional<std::string>> values_;
};

template <class... Values>
Params params(const Values&... values) {
  Params out;
  (out.add(values), ...);
  return out;
}

/// One row of a result, read by column name. Asking for a column that is not there, or for a value of another type, is
/// a bug and throws std::logic_error.
class Row {
 public:
  [[nodiscard]] bool is_null(std::string_view column) const;
  [[nodiscard]] std::string text(std::string_view column) const;  ///< "" for NULL
  [[nodiscard]] std::optional<std::string> optional_text(std::string_view column) const;
  [[nodiscard]] std::int64_t integer(std::string_view column) const;
  [[nodiscard]] bool boolean(std::string_view column) const;
  [[nodiscard]] TimePoint time(std::string_view column) const;
  [[nodiscard]] std::optional<TimePoint> optional_time(std::string_view column) const;
  template <class IdType>
  [[nodiscard]] IdType id(std::string_view column) const {
    return IdType::trusted(text(column));
  }

 private:
  friend class Rows;
  friend class Transaction;
  struct Data;
  Row(std::shared_ptr<const Data> data, std::size_t index) : data_(std::move(data)), index_(index) {}
  std::shared_ptr<const Data> data_;
  std::size_t index_;
};

class Rows {
 public:
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] Row operator[](std::size_t index) const;
  /// Rows that an UPDATE, INSERT or DELETE touched.
  [[nodiscard]] std::size_t affected() const;
  [[nodiscard]] std::optional<Row> first() const { return empty() ? std::nullopt : std::optional<Row>((*this)[0]); }

 private:
  friend class Transaction;
  std::shared_ptr<const Row::Data> data_;
};

/// A transaction on one connection, used on a pool thread only. Rolls back unless the function that got it returns
/// success. The statements' failures are values: unique violations are kConflict (`part` = the constraint's name),
/// foreign-key violations kInvalid, serialization failures and deadlocks are retried by Database, a lost connection is
/// kUnavailable.
class Transaction {
 public:
  [[nodiscard]] Result<Rows> exec(const Statement& statement, const Params& params = {});
  /// Unprepared text without parameters, several statements allowed: migrations only.
  [[nodiscard]] Result<void> exec_script(std::string_view sql);

 private:
  friend class Database;
  struct Impl;
  explicit Transaction(Impl& impl) : impl_(impl) {}
  Impl& impl_;
};

/// A pool of PostgreSQL connections and the threads that block on them. Thread-safe. Connections are made on demand and
/// made anew after a loss: while the server is away, calls answer kUnavailable within the connect time limit.
class Database {
 public:
  struct Options {
    std::string url;  ///< libpq connection string or URI
    unsigned connections = 10;
    int connect_timeout_seconds = 3;  ///< unless the URL says another
    int statement_timeout_ms = 15000;
  };
  explicit Database(Options options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// One statement in a transaction of its own.
  Task<Result<Rows>> query(const Statement& statement, Params params = {});
  /// The same for what is written often: it may share its transaction, and the wait for the disk, with others that were
  /// asked in this way on the same loop meanwhile and have the same `group`. When one of them fails, each is run again
  /// alone, so none suffers from its neighbors. They run in the order of their first parameters, which name what they
  /// lock first; what else those of a group lock must have one order as well, or two hosts wait for each other.
  Task<Result<Rows>> query_sharing(const Statement& statement, Params params, std::string group = {});

  /// Runs `work(Transaction&) -> Result<T>` on a pool thread and commits when it succeeds. `work` may run again after
  /// a serialization failure, so it must have no effect outside the transaction. Do not capture references to objects
  /// that the awaiting coroutine may destroy when cancelled: capture by value.
  template <class Work, class R = std::invoke_result_t<Work, Transaction&>>
  Task<R> transaction(Work work);

  /// For command-line programs and tests: the same, blocking the calling thread.
  Result<void> transaction_blocking(const std::function<Result<void>(Transaction&)>& work);

 private:
  Task<Result<void>> run_erased(std::function<Result<void>(Transaction&)> work);
  struct Impl;
  Task<Result<Rows>> ask(const Statement& statement, Params params, std::optional<std::string> group);
  std::unique_ptr<Impl> impl_;
};

template <class Work, class R>
Task<R> Database::transaction(Work work) {
  auto slot = std::make_shared<std::optional<R>>();
  auto shared_work = std::make_shared<Work>(std::move(work));
  auto erased = std::function<Result<void>(Transaction&)>([slot, shared_work](Transaction& tx) -> Result<void> {
    slot->emplace((*shared_work)(tx));
    if (!**slot) return (*slot)->error();
    return {};
  });
  RAPT_CO_TRY(co_await run_erased(std::move(erased)));
  co_return std::move(**slot);
}

}  // namespace rapt::store
