// SPDX-License-Identifier: AGPL-3.0-or-later
#include "guest_connection.hpp"
#include "rapt/base/text.hpp"

namespace rapt::store {
namespace {

struct FreeText {
  void operator()(char* text) const { PQfreemem(text); }
};

std::string literal(PGconn* connection, std::string_view text) {
  const std::unique_ptr<char, FreeText> quoted(PQescapeLiteral(connection, text.data(), text.size()));
  return quoted ? std::string(quoted.get()) : std::string("NULL");
}

Error away(const PGconn* connection) {
  return Error::unavailable("database", "The database is not available at the moment: try again shortly.",
                            text_of(connection));
}

}  // namespace

struct GuestTransaction::Impl {
  PgConnection connection;

  Result<void> say(const char* sql) {
    const PgResult done(PQexec(connection.get(), sql));
    if (PQresultStatus(done.get()) == PGRES_COMMAND_OK && std::string_view(PQcmdStatus(done.get())) == sql) return {};
    return away(connection.get());
  }
};

GuestTransaction::GuestTransaction(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GuestTransaction::~GuestTransaction() = default;

Result<std::unique_ptr<GuestTransaction>> GuestTransaction::begin(const std::string& url, const GuestLogin& login,
                                                                  std::chrono::milliseconds statement_timeout) {
  auto made = connect_guest(url, login, "-c statement_timeout=" + std::to_string(statement_timeout.count()));
  if (!made.connection) {
    if (!made.turned_away)
      return Error::unavailable("database", "The database is not available at the moment: try again shortly.",
                                made.detail);
    return Error::conflict("PostgreSQL does not let the role " + login.role + " in: " + made.detail +
                           ". Allow roles whose names begin with module_ to log in with a password (scram-sha-256) in "
                           "pg_hba.conf.");
  }
  auto impl = std::make_unique<Impl>();
  impl->connection = std::move(made.connection);
  RAPT_TRY(impl->say("BEGIN"));
  return std::unique_ptr<GuestTransaction>(new GuestTransaction(std::move(impl)));
}

// Inside a function's block, where PostgreSQL refuses to begin, end or leave a transaction.
std::optional<GuestFault> GuestTransaction::apply(std::string_view sql) {
  PGconn* raw = impl_->connection.get();
  const std::string body = "BEGIN EXECUTE " + literal(raw, sql) + "; END";
  const PgResult done(PQexec(raw, ("DO " + literal(raw, body)).c_str()));
  if (PQresultStatus(done.get()) == PGRES_COMMAND_OK) return std::nullopt;
  GuestFault fault = fault_of(done.get());
  if (fault.message.empty()) fault.message = text_of(raw);
  return fault;
}

Result<std::vector<std::vector<std::string>>> GuestTransaction::ask(const GuestStatement& statement) {
  std::vector<const char*> values;
  for (const auto& value : statement.params) values.push_back(value ? value->c_str() : nullptr);
  PGconn* raw = impl_->connection.get();
  const PgResult done(PQexecParams(raw, statement.sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                                   nullptr, nullptr, 0));
  const auto status = PQresultStatus(done.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return Error::internal(text_of(raw));
  std::vector<std::vector<std::string>> rows(static_cast<std::size_t>(PQntuples(done.get())));
  for (int row = 0; row < PQntuples(done.get()); ++row) {
    for (int i = 0; i < PQnfields(done.get()); ++i)
      rows[static_cast<std::size_t>(row)].emplace_back(PQgetvalue(done.get(), row, i),
                                                       static_cast<std::size_t>(PQgetlength(done.get(), row, i)));
  }
  return rows;
}

Result<void> GuestTransaction::commit() {
  return impl_->say("COMMIT");
}

}  // namespace rapt::store
