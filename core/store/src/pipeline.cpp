// SPDX-License-Identifier: AGPL-3.0-or-later
#include "pipeline.hpp"

#include <poll.h>

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "connection.hpp"

namespace rapt::store {
namespace {

std::string state_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string() : state;
}

}  // namespace

bool Pipeline::quiet() const {
  if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK) return false;
  pollfd poll_one{PQsocket(connection_.get()), POLLIN, 0};
  return ::poll(&poll_one, 1, 0) == 0;
}

std::optional<Failure> Pipeline::connect() {
  prepared_.clear();
  connection_.reset(PQconnectdb(with_time_limits(options_).c_str()));
  PGconn* raw = connection_.get();
  if (raw == nullptr || PQstatus(raw) != CONNECTION_OK) {
    const Failure failure = lost_connection("connect", raw == nullptr ? "out of memory" : PQerrorMessage(raw));
    connection_.reset();
    return failure;
  }
  const PgResult set(PQexec(raw, session_settings(options_).c_str()));
  if (PQresultStatus(set.get()) == PGRES_COMMAND_OK && PQenterPipelineMode(raw) == 1) return std::nullopt;
  const Failure failure = lost_connection("connect", PQerrorMessage(raw));
  connection_.reset();
  return failure;
}

bool Pipeline::send_prepared(const Query& query, bool prepare_first) {
  PGconn* raw = connection_.get();
  const auto& bound = query.params.values();
  std::vector<const char*> values;
  values.reserve(bound.size());
  for (const auto& value : bound) values.push_back(value ? value->c_str() : nullptr);
  const char* name = query.statement.name;
  if (prepare_first && PQsendPrepare(raw, name, query.statement.sql, 0, nullptr) == 0) return false;
  return PQsendQueryPrepared(raw, name, static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0) == 1 &&
         PQpipelineSync(raw) == 1;
}

Pipeline::Outcome Pipeline::send(const Query& query) {
  Outcome outcome;
  if ((outcome.refused = refused_value(query.params))) return outcome;
  const auto [entry, is_new] = prepared_.try_emplace(query.statement.name, query.statement.sql);
  outcome.preparing = is_new;
  if (entry->second != query.statement.sql) {
    outcome.refused = Error::internal("two statements have the name " + entry->first);
  } else if (!send_prepared(query, is_new)) {
    outcome.failure = lost_connection(query.statement.name, PQerrorMessage(connection_.get()));
  }
  return outcome;
}

void Pipeline::take(const Query& query, PgResult result, Outcome& outcome) {
  const bool of_preparation = std::exchange(outcome.preparing, false);
  switch (PQresultStatus(result.get())) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      if (!of_preparation) outcome.rows = std::move(result);
      return;
    case PGRES_PIPELINE_ABORTED:  // the preparation's failure is known
      return;
    default:
      if (of_preparation) prepared_.erase(query.statement.name);
      if (outcome.failure) return;
      outcome.failure = failure_of(query.statement.name, state_of(result.get()), PQresultErrorMessage(result.get()));
  }
}

/// Up to the mark that ends what belongs to this statement.
void Pipeline::receive(const Query& query, Outcome& outcome) {
  PGconn* raw = connection_.get();
  for (bool ended_before = false;;) {
    PgResult result(PQgetResult(raw));
    if (!result) {
      // One nothing ends a statement's results; a second one means that nothing will come any more.
      if (std::exchange(ended_before, true) || PQstatus(raw) != CONNECTION_OK) break;
      continue;
    }
    ended_before = false;
    if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) {
      if (!outcome.failure && !outcome.rows) outcome.failure = lost_connection(query.statement.name, "no answer came");
      return;
    }
    take(query, std::move(result), outcome);
    if (PQstatus(raw) != CONNECTION_OK) break;
  }
  if (!outcome.failure) outcome.failure = lost_connection(query.statement.name, PQerrorMessage(raw));
  outcome.failure->connection_lost = true;
}

std::vector<Pipeline::Outcome> Pipeline::exchange(std::span<Query> queries) {
  std::vector<Outcome> outcomes(queries.size());
  std::optional<Failure> away;
  if (!quiet()) away = connect();
  bool lost = away.has_value();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (lost) {
      outcomes[i].failure = away ? *away : lost_connection(queries[i].statement.name, "it was lost before");
      continue;
    }
    outcomes[i] = send(queries[i]);
    lost = outcomes[i].failure.has_value();
  }
  bool replace = lost;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    Outcome& outcome = outcomes[i];
    if (!outcome.refused && !outcome.failure) receive(queries[i], outcome);
    replace = replace || (outcome.failure && outcome.failure->connection_lost);
  }
  if (replace) connection_.reset();
  return outcomes;
}

/// Nothing else is in flight then, so others do not wait for it in the pipeline's order.
Pipeline::Outcome Pipeline::once_more(Query& query) {
  return std::move(exchange({&query, 1}).front());
}

void Pipeline::answer(std::span<Query> queries) {
  std::vector<Outcome> outcomes = exchange(queries);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    Outcome& outcome = outcomes[i];
    for (int tries = 1; outcome.failure && outcome.failure->retryable && tries < kAttempts; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5) * tries * tries);
      outcome = once_more(queries[i]);
    }
    if (outcome.refused) {
      queries[i].done(*outcome.refused);
    } else if (outcome.failure) {
      queries[i].done(outcome.failure->error);
    } else {
      queries[i].done(table_of(std::move(outcome.rows)));
    }
  }
}

}  // namespace rapt::store
