// SPDX-License-Identifier: AGPL-3.0-or-later
#include "connection.hpp"

#include <poll.h>

#include <stdexcept>
#include <string_view>

#include <pqxx/nontransaction>
#include <pqxx/prepared_statement>

namespace rapt::store {
namespace {

// The server is given up on when it leaves sent data unacknowledged for so long.
constexpr const char* kTcpUserTimeout = "tcp_user_timeout=20000";

}  // namespace

std::string with_time_limits(const Database::Options& options) {
  const std::string& url = options.url;
  const bool uri = url.starts_with("postgres://") || url.starts_with("postgresql://");
  const char* const next = uri ? "&" : " ";
  std::string limits = kTcpUserTimeout;
  // Of two, the later one would count: what the administrator wrote does.
  if (url.find("connect_timeout") == std::string::npos)
    limits += next + ("connect_timeout=" + std::to_string(options.connect_timeout_seconds));
  return url + (uri && url.find('?') == std::string::npos ? "?" : next) + limits;
}

// Without compilation of plans (jit): our statements are short, and compiling one takes longer than most of them run.
// What is asked often is in memory, so an index is worth its pages also where a table is still small; the default, made
// for disks that turn, reads all two hundred users to find one.
std::string session_settings(const Database::Options& options) {
  return "SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET application_name = 'rapt';"
         "SET client_min_messages = 'warning'; SET jit = off; SET random_page_cost = 1.1; SET statement_timeout = " +
         std::to_string(options.statement_timeout_ms);
}

/// Text parameters end at the first NUL on the wire: one inside would silently cut the value.
std::optional<Error> refused_value(const Params& params) {
  for (const auto& value : params.values()) {
    if (value && value->find('\0') != std::string::npos) {
      return Error::invalid("", "The text holds the character U+0000, which cannot be stored.");
    }
  }
  return std::nullopt;
}

Connection::Connection(const Database::Options& options) : connection_(with_time_limits(options)) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  // A connection made anew behind our back would have lost its settings.
  connection_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
  pqxx::nontransaction setup(connection_);
  setup.exec(session_settings(options));
}

bool Connection::quiet() const {
  if (!connection_.is_open()) return false;
  pollfd poll_one{connection_.sock(), POLLIN, 0};
  return ::poll(&poll_one, 1, 0) == 0;
}

pqxx::result Connection::exec(pqxx::transaction_base& transaction, const Statement& statement, const Params& params) {
  const auto [entry, is_new] = prepared_.try_emplace(statement.name, statement.sql);
  if (is_new) connection_.prepare(statement.name, statement.sql);
  if (entry->second != statement.sql) {
    throw std::logic_error("two statements have the name " + entry->first);
  }
  std::vector<const char*> values;
  values.reserve(params.values().size());
  for (const auto& value : params.values()) values.push_back(value ? value->c_str() : nullptr);
  return transaction.exec_prepared(statement.name, pqxx::prepare::make_dynamic_params(values));
}

std::unique_ptr<Connection> ConnectionStack::take() {
  for (;;) {
    std::unique_ptr<Connection> connection;
    {
      const std::lock_guard lock(mutex_);
      if (idle_.empty()) break;
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
    if (connection->quiet()) return connection;
  }
  return std::make_unique<Connection>(options_);
}

void ConnectionStack::give_back(std::unique_ptr<Connection> connection) {
  connection->mark_used();
  const std::lock_guard lock(mutex_);
  if (idle_.size() < options_.connections) idle_.push_back(std::move(connection));
}

}  // namespace rapt::store
