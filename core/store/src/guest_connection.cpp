// SPDX-License-Identifier: AGPL-3.0-or-later
#include "guest_connection.hpp"

#include <array>
#include <charconv>
#include <cstring>

#include "rapt/base/text.hpp"

namespace rapt::store {
namespace {

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : text;
}

/// Of the statement itself, or of the one that a DO block was given.
int position_of(const PGresult* result) {
  std::string text = field(result, PG_DIAG_STATEMENT_POSITION);
  if (text.empty()) text = field(result, PG_DIAG_INTERNAL_POSITION);
  int position = 0;
  std::from_chars(text.data(), text.data() + text.size(), position);
  return position;
}

}  // namespace

GuestConnected connect_guest(const std::string& url, const GuestLogin& login, const std::string& options) {
  const std::string settings = "-c client_min_messages=error -c TimeZone=UTC -c DateStyle=ISO -c jit=off " + options;
  // What comes later counts: the host's user, password and options are left behind.
  constexpr std::array keywords{"dbname",
                                "user",
                                "password",
                                "options",
                                "connect_timeout",
                                "tcp_user_timeout",
                                "client_encoding",
                                "application_name",
                                static_cast<const char*>(nullptr)};
  const std::array values{
      url.c_str(), login.role.c_str(), login.password.c_str(),           settings.c_str(), "3", "20000",
      "UTF8",      "rapt-module",      static_cast<const char*>(nullptr)};
  PgConnection connection(PQconnectdbParams(keywords.data(), values.data(), 1));
  PGconn* raw = connection.get();
  if (raw == nullptr) return {.detail = "out of memory"};
  if (PQstatus(raw) == CONNECTION_OK) {
    // What a stranger raises is not for this program's standard error.
    PQsetNoticeReceiver(
        raw, [](void*, const PGresult*) {}, nullptr);
    return {.connection = std::move(connection)};
  }
  const std::string said = PQerrorMessage(raw);
  return {.detail = text_of(raw), .turned_away = said.find("FATAL:") != std::string::npos};
}

GuestFault fault_of(const PGresult* result) {
  return {field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_MESSAGE_PRIMARY), position_of(result)};
}

bool is_servers_fault(const GuestFault& fault) {
  const std::string& state = fault.sqlstate;
  return state.empty() || state.starts_with("08") || state.starts_with("57P") || state.starts_with("58") ||
         state.starts_with("XX") || state == "53300" || state == "53100" || state == "25006";
}

std::string text_of(const PGconn* connection) {
  const std::string_view said = PQerrorMessage(connection);
  return printable(said.substr(0, said.find_last_not_of(" \n") + 1), 400);
}

}  // namespace rapt::store
