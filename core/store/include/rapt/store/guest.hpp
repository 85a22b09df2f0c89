// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/runtime/task.hpp"

namespace rapt::store {

/// Statements of strangers: under a login of their own, so that nothing they say can make them somebody else.
struct GuestLogin {
  std::string role;
  std::string password;
};

struct GuestStatement {
  std::string sql;                                   ///< one statement
  std::vector<std::optional<std::string>> params{};  ///< text form; nullopt is NULL
};

/// What PostgreSQL said of a statement. The message may quote what the stranger wrote, nothing else.
struct GuestFault {
  std::string sqlstate, message;
  int position = 0;  ///< characters of the statement, from 1; 0: it names no place
};

enum class GuestType { kText, kNumber, kBoolean };
struct GuestColumn {
  std::string name;
  GuestType type = GuestType::kText;
};

/// Takes rows as they come, so that nobody holds more of them than they want.
class GuestSink {
 public:
  virtual ~GuestSink() = default;
  virtual bool columns(const std::vector<GuestColumn>& columns) = 0;  ///< of each statement, also without rows
  virtual bool row(const std::vector<std::optional<std::string_view>>& cells) = 0;  ///< false: that is too much
  virtual void done(std::int64_t count) = 0;  ///< rows that the statement gave or touched
};

struct GuestOutcome {
  enum class Kind {
    kDone,
    kFault,     ///< `fault` says which; nothing was changed
    kTooLarge,  ///< the sink said so, or a row has more than 4 MiB; nothing was changed
    kLate,      ///< the deadline came first
    kAway       ///< no connection, or it was lost: `detail`
  } kind = Kind::kDone;
  std::size_t statement = 0;  ///< the one at fault, from 0
  GuestFault fault{};
  std::string detail{};  ///< for the log
};

/// Connections of guests: a few for each login, none when nobody has asked for half a minute. Everything runs in a
/// transaction of its own; what it has set, listened to or locked is gone before the connection is used again. A
/// statement that is late is cancelled. Thread-safe.
class Guests {
 public:
  /// `url`: the host's own; user and password are replaced.
  explicit Guests(std::string url, unsigned connections_per_login = 4);
  ~Guests();
  Guests(const Guests&) = delete;
  Guests& operator=(const Guests&) = delete;

  /// All statements in one transaction, or none of them. `sink` must live until the task has ended.
  Task<GuestOutcome> run(GuestLogin login, std::vector<GuestStatement> statements, GuestSink& sink,
                         std::chrono::steady_clock::time_point deadline);
  /// How many connections are open, for tests and figures.
  [[nodiscard]] std::size_t open() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// A guest's transaction that blocks: for migrations, on a thread that may. Rolled back unless it was committed.
class GuestTransaction {
 public:
  /// kUnavailable when the server is away; kConflict when it does not let the role in, with what it said.
  static Result<std::unique_ptr<GuestTransaction>> begin(const std::string& url, const GuestLogin& login,
                                                         std::chrono::milliseconds statement_timeout);
  ~GuestTransaction();
  GuestTransaction(const GuestTransaction&) = delete;
  GuestTransaction& operator=(const GuestTransaction&) = delete;

  /// One statement that cannot end the transaction (COMMIT and the like are refused). nullopt: done.
  std::optional<GuestFault> apply(std::string_view sql);
  /// One statement with rows, as text; NULL is "".
  Result<std::vector<std::vector<std::string>>> ask(const GuestStatement& statement);
  Result<void> commit();

 private:
  struct Impl;
  explicit GuestTransaction(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::store
