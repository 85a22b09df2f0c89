// SPDX-License-Identifier: AGPL-3.0-or-later
#include "pipeline.hpp"

#include <poll.h>

#include <iterator>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "connection.hpp"

namespace rapt::store {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string state_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string() : state;
}

}  // namespace

Connected connect_for_pipeline(const Database::Options& options) {
  PgConnection connection(PQconnectdb(with_time_limits(options).c_str()));
  PGconn* raw = connection.get();
  if (raw == nullptr || PQstatus(raw) != CONNECTION_OK)
    return {nullptr, lost_connection("connect", raw == nullptr ? "out of memory" : PQerrorMessage(raw))};
  const PgResult set(PQexec(raw, session_settings(options).c_str()));
  if (PQresultStatus(set.get()) == PGRES_COMMAND_OK && PQenterPipelineMode(raw) == 1 && PQsetnonblocking(raw, 1) == 0)
    return {std::move(connection), std::nullopt};
  return {nullptr, lost_connection("connect", PQerrorMessage(raw))};
}

Pipeline::Pipeline(const Executor& executor, PgConnection connection, Answered answered, std::function<void()> changed)
    : connection_(std::move(connection)),
      descriptor_(executor, PQsocket(connection_.get())),
      answered_(std::move(answered)),
      changed_(std::move(changed)) {}

Pipeline::~Pipeline() {
  close();
}

void Pipeline::start() {
  listen();
}

bool Pipeline::quiet() const {
  pollfd one{PQsocket(connection_.get()), POLLIN, 0};
  return ::poll(&one, 1, 0) == 0;
}

bool Pipeline::usable() {
  if (connection_ && sent_.empty() && !quiet()) receive();
  return connection_ && !retired_;
}

bool Pipeline::knows_otherwise(const Statement& statement) const {
  const auto known = prepared_.find(std::string_view(statement.name));
  return known != prepared_.end() && known->second != statement.sql;
}

bool Pipeline::knows(const Statement& statement) const {
  const auto known = prepared_.find(std::string_view(statement.name));
  return known != prepared_.end() && known->second == statement.sql;
}

/// The descriptor is libpq's: it is let go of before libpq closes it.
void Pipeline::close() {
  if (!connection_) return;
  descriptor_.release();
  connection_.reset();
  sent_.clear();
}

bool Pipeline::put(const Query& query, bool prepare_first) {
  PGconn* raw = connection_.get();
  const auto& bound = query.params.values();
  std::vector<const char*> values;
  values.reserve(bound.size());
  for (const auto& value : bound) values.push_back(value ? value->c_str() : nullptr);
  const char* name = query.statement.name;
  if (prepare_first && PQsendPrepare(raw, name, query.statement.sql, 0, nullptr) == 0) return false;
  return PQsendQueryPrepared(raw, name, static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0) == 1;
}

void Pipeline::send(Query query) {
  const bool is_new = !prepared_.contains(std::string_view(query.statement.name));
  if (is_new) prepared_.emplace(query.statement.name, query.statement.sql);
  const bool right = put(query, is_new);
  sent({std::move(query), {}, is_new}, right);
}

void Pipeline::send_together(std::vector<Query> queries) {
  bool right = true;
  for (const Query& query : queries) right = right && put(query, false);
  Sent transaction{std::move(queries.front())};
  transaction.with.assign(std::make_move_iterator(queries.begin() + 1), std::make_move_iterator(queries.end()));
  sent(std::move(transaction), right);
}

/// The mark behind a transaction ends it.
void Pipeline::sent(Sent transaction, bool right) {
  if (sent_.empty()) since_ = Steady::now();
  sent_.push_back(std::move(transaction));
  if (right && PQpipelineSync(connection_.get()) == 1) return wait_to_write();
  retired_ = true;
  asio::post(descriptor_.get_executor(), [self = shared_from_this()] {
    if (self->connection_) self->lose(PQerrorMessage(self->connection_.get()));
    self->changed_();
  });
}

/// What the socket has not taken yet.
void Pipeline::wait_to_write() {
  if (writing_ || PQflush(connection_.get()) != 1) return;
  writing_ = true;
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_write,
                         [self = shared_from_this()](const error_code& fault) {
                           self->writing_ = false;
                           if (!fault && self->connection_) self->wait_to_write();
                         });
}

void Pipeline::listen() {
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](const error_code& fault) {
                           if (fault || !self->connection_) return;
                           self->receive();
                           if (self->connection_) self->listen();
                           self->changed_();
                         });
}

void Pipeline::receive() {
  if (PQconsumeInput(connection_.get()) == 0) return lose(PQerrorMessage(connection_.get()));
  while (connection_ && !sent_.empty() && PQisBusy(connection_.get()) == 0) {
    if (!receive_one()) return;
  }
  if (!connection_) return;
  if (PQstatus(connection_.get()) != CONNECTION_OK) return lose(PQerrorMessage(connection_.get()));
  if (retired_ && sent_.empty()) close();
}

/// One result of the first that waits. False when the connection is lost.
bool Pipeline::receive_one() {
  Sent& first = sent_.front();
  PgResult result(PQgetResult(connection_.get()));
  if (!result) {
    // A second nothing means that nothing will come any more.
    const bool over = std::exchange(first.ended, true) || PQstatus(connection_.get()) != CONNECTION_OK;
    if (over) lose(PQerrorMessage(connection_.get()));
    return !over;
  }
  first.ended = false;
  if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC) {
    take(first, std::move(result));
    return true;
  }
  if (!first.outcome.failure && (!first.outcome.rows || first.further.size() < first.with.size()))
    first.outcome.failure = lost_connection(first.query.statement.name, "no answer came");
  retired_ = retired_ || (first.outcome.failure && first.outcome.failure->connection_lost);
  answer_first();
  return true;
}

void Pipeline::take(Sent& sent, PgResult result) {
  const bool of_preparation = std::exchange(sent.preparing, false);
  switch (PQresultStatus(result.get())) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      if (of_preparation) return;
      if (sent.outcome.rows) {
        sent.further.push_back(std::move(result));
      } else {
        sent.outcome.rows = std::move(result);
      }
      return;
    case PGRES_PIPELINE_ABORTED:  // the failure of the preparation, or of one before, is known
      return;
    default:
      if (of_preparation) prepared_.erase(sent.query.statement.name);
      if (sent.outcome.failure) return;
      sent.outcome.failure =
          failure_of(sent.query.statement.name, state_of(result.get()), PQresultErrorMessage(result.get()));
  }
}

void Pipeline::answer_first() {
  Sent first = std::move(sent_.front());
  sent_.pop_front();
  since_ = Steady::now();
  answer(std::move(first));
}

void Pipeline::answer(Sent sent) {
  const auto failure = sent.outcome.failure;
  sent.outcome.of_others = !sent.with.empty();
  answered_(std::move(sent.query), std::move(sent.outcome));
  for (std::size_t i = 0; i < sent.with.size(); ++i) {
    PgResult rows = failure ? PgResult() : std::move(sent.further[i]);
    answered_(std::move(sent.with[i]), {std::move(rows), failure, true});
  }
}

void Pipeline::lose(std::string_view why) {
  const std::string reason(why);
  auto lost = std::exchange(sent_, {});
  close();
  for (Sent& one : lost) {
    if (!one.outcome.failure) one.outcome.failure = lost_connection(one.query.statement.name, reason);
    one.outcome.failure->connection_lost = true;
    answer(std::move(one));
  }
}

}  // namespace rapt::store
