// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "failure.hpp"
#include "rapt/base/result.hpp"
#include "rows.hpp"

namespace rapt::store {

/// One statement that waits for an answer.
struct Query {
  Statement statement{};
  Params params;
  std::function<void(Result<std::shared_ptr<const Table>>)> done;
};

/// A connection that sends several statements before it reads their answers. Each is a transaction of its own: what one
/// does or fails to do is nothing to the others. Used by one thread at a time.
class Pipeline {
 public:
  explicit Pipeline(const Database::Options& options) : options_(options) {}

  /// Answers every query, in order, on this thread. Connects when it must; one that the server has closed while it was
  /// idle is noticed before anything is sent. Serialization failures and deadlocks are tried again. Throws nothing.
  void answer(std::span<Query> queries);

 private:
  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  struct Outcome {
    bool preparing = false;  ///< the next answer is that of the preparation
    PgResult rows{};
    std::optional<Failure> failure{};
    std::optional<Error> refused{};  ///< before it was sent: the connection knows nothing of it
  };

  [[nodiscard]] bool quiet() const;
  std::optional<Failure> connect();
  Outcome send(const Query& query);
  bool send_prepared(const Query& query, bool prepare_first);
  void receive(const Query& query, Outcome& outcome);
  void take(const Query& query, PgResult result, Outcome& outcome);
  std::vector<Outcome> exchange(std::span<Query> queries);
  Outcome once_more(Query& query);

  const Database::Options options_;
  std::unique_ptr<PGconn, Close> connection_;
  std::map<std::string, std::string> prepared_;
};

}  // namespace rapt::store
