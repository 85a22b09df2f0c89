// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <pqxx/connection>
#include <pqxx/result>
#include <pqxx/transaction_base>

#include "rapt/store/database.hpp"

namespace rapt::store {

/// How often a transaction, or a statement that is one of its own, is tried.
constexpr int kAttempts = 5;

/// The address, with limits for connecting and for a server that does not answer.
std::string with_time_limits(const Database::Options& options);
/// What every connection says first.
std::string session_settings(const Database::Options& options);
/// Why a value cannot be bound.
std::optional<Error> refused_value(const Params& params);

/// One connection and what has been prepared on it. Used by one thread at a time.
class Connection {
 public:
  /// Throws pqxx::broken_connection when the server is away.
  explicit Connection(const Database::Options& options);

  /// False when the server has closed it, or said something, while it was idle.
  [[nodiscard]] bool quiet() const;
  /// Throws what libpqxx throws. Two statements of one name and different text are a bug (std::logic_error).
  pqxx::result exec(pqxx::transaction_base& transaction, const Statement& statement, const Params& params);
  pqxx::connection& raw() { return connection_; }
  /// True until it has been given back once: then the server had no time to close it unnoticed.
  [[nodiscard]] bool fresh() const { return fresh_; }
  void mark_used() { fresh_ = false; }

 private:
  pqxx::connection connection_;
  std::map<std::string, std::string> prepared_;
  bool fresh_ = true;
};

/// Idle connections. Thread-safe.
class ConnectionStack {
 public:
  explicit ConnectionStack(Database::Options options) : options_(std::move(options)) {}
  /// An idle connection that still lives, or a new one. Throws as Connection() does.
  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection);

 private:
  const Database::Options options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace rapt::store
