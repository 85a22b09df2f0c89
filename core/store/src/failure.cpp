// SPDX-License-Identifier: AGPL-3.0-or-later
#include "failure.hpp"

#include <string>
#include <string_view>

#include <pqxx/except>

#include "rapt/base/text.hpp"

namespace rapt::store {
namespace {

constexpr const char* kAway = "The database is not available at the moment: try again shortly.";

std::string first_line(std::string_view text) {
  return printable(text.substr(0, text.find('\n')));
}

/// libpqxx hands out the server's message only; the constraint is the last name in quotes on its first line.
std::string constraint_of(std::string_view message) {
  message = message.substr(0, message.find('\n'));
  const auto end = message.rfind('"');
  if (end == std::string_view::npos || end == 0) return {};
  const auto start = message.rfind('"', end - 1);
  return start == std::string_view::npos ? std::string() : std::string(message.substr(start + 1, end - start - 1));
}

Error with_part(Error error, std::string part, std::string detail) {
  error.part = std::move(part);
  error.log_detail = std::move(detail);
  return error;
}

/// Class 22: the server read a value as something that it is not. Its message quotes the value, so it is not repeated.
Failure data_fault(const std::string& state, const std::string& where) {
  if (state == "22021" || state == "22P05") {
    return {with_part(Error::invalid("", "The text holds characters that cannot be stored."), {}, where)};
  }
  return {Error::internal(where + ": a value does not fit its type")};
}

Failure integrity_fault(const std::string& state, std::string_view message, const std::string& detail) {
  const std::string constraint = constraint_of(message);
  if (state == "23505") return {with_part(Error::conflict("That exists already."), constraint, detail)};
  if (state == "23503") {
    return {with_part(Error::invalid("", "It refers to something that does not exist, or is still referred to."),
                      constraint, detail)};
  }
  if (state == "23514") return {with_part(Error::invalid("", "A value is not allowed."), constraint, detail)};
  return {with_part(Error::internal(detail), constraint, detail)};
}

bool means_away(const std::string& state) {
  return state.starts_with("08") || state.starts_with("57P") || state == "53300" || state == "25006";
}

}  // namespace

Failure failure_of(const char* statement, const std::string& state, std::string_view message) {
  const std::string where = std::string("statement ") + statement + ": SQLSTATE " + state;
  const std::string detail = where + ": " + first_line(message);
  if (state.empty()) return {Error::unavailable("database", kAway, detail), false, true};
  if (state == "40001" || state == "40P01") return {Error::unavailable("database", kAway, detail), true, false};
  if (state.starts_with("22")) return data_fault(state, where);
  if (state.starts_with("23")) return integrity_fault(state, message, where);
  if (means_away(state)) return {Error::unavailable("database", kAway, detail), false, true};
  if (state == "57014") {
    Error error = with_part(Error::internal({}), "database", detail);
    error.kind = ErrorKind::kTimeout;
    error.message = "The database took too long: try again.";
    return {std::move(error)};
  }
  // A plan that no longer fits its table, or a statement that is gone: a new connection prepares it anew.
  return {Error::internal(detail), false, state == "0A000" || state == "26000"};
}

Failure lost_connection(const char* statement, std::string_view message) {
  return {Error::unavailable("database", kAway,
                             std::string("connection lost at ") + statement + ": " + first_line(message)),
          false, true};
}

Failure current_failure(const char* statement) {
  const std::string name(statement);
  try {
    throw;
  } catch (const pqxx::broken_connection& fault) {
    return lost_connection(statement, fault.what());
  } catch (const pqxx::in_doubt_error&) {
    return {Error::unavailable("database", kAway, "connection lost while " + name + " was committed"), false, true};
  } catch (const pqxx::serialization_failure&) {
    return {Error::unavailable("database", kAway, "serialization failure at " + name), true, false};
  } catch (const pqxx::deadlock_detected&) {
    return {Error::unavailable("database", kAway, "deadlock at " + name), true, false};
  } catch (const pqxx::sql_error& fault) {
    return failure_of(statement, fault.sqlstate(), fault.what());
  } catch (const std::exception& fault) {
    return {Error::internal("statement " + name + ": " + first_line(fault.what())), false, true};
  }
}

}  // namespace rapt::store
