// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "failure.hpp"
#include "rapt/base/result.hpp"
#include "rapt/runtime/task.hpp"
#include "rows.hpp"

namespace rapt::store {

using Steady = std::chrono::steady_clock;

/// One statement that waits for an answer.
struct Query {
  Statement statement{};
  Params params;
  std::function<void(Result<std::shared_ptr<const Table>>)> done;
  Steady::time_point since{};  ///< when it was asked
  int tries = 1;
  std::optional<std::string> group{};  ///< with whom it may share a transaction
};

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PgConnection = std::unique_ptr<PGconn, CloseConnection>;

/// Connects, blocking, and has the connection take statements in a row.
struct Connected {
  PgConnection connection;
  std::optional<Failure> failure;
};
Connected connect_for_pipeline(const Database::Options& options);

/// A connection that takes statements before it has answered those before. Each is a transaction of its own, unless it
/// is sent together with others: what one does or fails to do is nothing to the others. Lives on a loop of one thread
/// and never blocks it.
class Pipeline : public std::enable_shared_from_this<Pipeline> {
 public:
  /// What becomes of a query: an answer, or a failure.
  struct Outcome {
    PgResult rows{};
    std::optional<Failure> failure{};
    bool of_others = false;  ///< the failure may be that of another statement of the same transaction
  };
  using Answered = std::function<void(Query, Outcome)>;

  /// `answered` is called for each query in order, on the loop, never inside send(); `changed` after some of them, and
  /// when the connection is lost.
  Pipeline(const Executor& executor, PgConnection connection, Answered answered, std::function<void()> changed);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Begins to listen; once, right after it was made.
  void start();
  /// Whether it takes more. An idle one looks whether the server has closed it.
  [[nodiscard]] bool usable();
  /// False: it will never answer anything again.
  [[nodiscard]] bool open() const { return connection_ != nullptr; }
  /// True when another text was prepared here under the statement's name, which is a bug.
  [[nodiscard]] bool knows_otherwise(const Statement& statement) const;
  /// Whether the statement has been prepared here.
  [[nodiscard]] bool knows(const Statement& statement) const;
  void send(Query query);
  /// One transaction of statements that it knows, in this order: all of them fail when one does.
  void send_together(std::vector<Query> queries);
  [[nodiscard]] std::size_t in_flight() const { return sent_.size(); }
  /// When the server began with the first that has no answer; of an idle one, when it ended with the last.
  [[nodiscard]] Steady::time_point since() const { return since_; }
  /// Closes it; what is on its way fails.
  void lose(std::string_view why);
  /// Closes it and drops what is on its way.
  void close();

 private:
  /// A transaction on its way.
  struct Sent {
    Query query;
    Outcome outcome{};
    bool preparing = false;           ///< the next answer is that of the preparation
    bool ended = false;               ///< one nothing ends a statement's results
    std::vector<Query> with{};        ///< what shares it, behind `query`
    std::vector<PgResult> further{};  ///< the rows of those that have been answered
  };

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  [[nodiscard]] bool quiet() const;
  bool put(const Query& query, bool prepare_first);
  void sent(Sent transaction, bool right);
  void listen();
  void wait_to_write();
  void receive();
  bool receive_one();
  void take(Sent& sent, PgResult result);
  void answer_first();
  void answer(Sent sent);

  PgConnection connection_;
  boost::asio::posix::stream_descriptor descriptor_;
  Answered answered_;
  std::function<void()> changed_;
  std::deque<Sent> sent_;
  Steady::time_point since_ = Steady::now();
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> prepared_;  ///< texts by name
  bool writing_ = false;
  bool retired_ = false;  ///< answers what is on its way, and takes no more
};

}  // namespace rapt::store
