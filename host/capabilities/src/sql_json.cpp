// SPDX-License-Identifier: AGPL-3.0-or-later
#include "sql_json.hpp"

#include <rapt/sql.h>

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "rapt/base/json_text.hpp"
#include "rapt/base/text.hpp"
#include "rapt/sandbox/check.hpp"
#include "rapt/sandbox/services.hpp"
#include "rapt/store/sql_text.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using store::GuestFault;

constexpr unsigned kMostParamDepth = 32;
constexpr std::size_t kMostBytes = sandbox::kMaxServiceBytes - 2;  // the brackets of an array

// The schema is for migrations; what changes the connection is for the host.
constexpr std::array kAllowed{"select", "insert", "update", "delete", "merge", "with", "values", "table"};

GuestFault refused(const char* state, std::string message) {
  return {state, std::move(message), 0};
}

std::optional<GuestFault> fault_in(const std::string& sql) {
  if (!sandbox::is_plain_text(sql)) return refused("22021", "The statement is no UTF-8 text.");
  const std::string word = store::first_word(sql);
  if (std::find(kAllowed.begin(), kAllowed.end(), word) != kAllowed.end()) return std::nullopt;
  return refused("0A000",
                 "A module's statement begins with SELECT, INSERT, UPDATE, DELETE, MERGE, WITH, VALUES or TABLE; "
                 "what changes the schema stands in a migration.");
}

std::optional<std::string> bound(const json& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_string()) return value.get<std::string>();
  return value.dump();
}

/// Adds a statement, or says why not.
std::optional<GuestFault> add(std::vector<store::GuestStatement>& statements, const std::string& sql,
                              const json& params) {
  if (auto fault = fault_in(sql)) return fault;
  if (!params.is_array()) return refused("22023", "The parameters must be a JSON array.");
  if (params.size() > RAPT_SQL_MAX_PARAMS) return refused("54000", "A statement has at most 1000 parameters.");
  store::GuestStatement statement{sql};
  for (const auto& value : params) statement.params.push_back(bound(value));
  statements.push_back(std::move(statement));
  return std::nullopt;
}

json parsed(const std::string& text) {
  if (!sandbox::is_plain_json(text, kMostParamDepth)) return json(json::value_t::discarded);
  return json::parse(text, nullptr, false);
}

bool is_number(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && (digit(text[0]) || (text[0] == '-' && text.size() > 1 && digit(text[1])));
}

void append_cell(std::string& out, store::GuestType type, const std::optional<std::string_view>& cell) {
  if (!cell) {
    out += "null";
  } else if (type == store::GuestType::kBoolean) {
    out += *cell == "t" ? "true" : "false";
  } else if (type == store::GuestType::kNumber && is_number(*cell)) {  // not NaN, not Infinity
    out += *cell;
  } else {
    append_json_string(out, *cell);
  }
}

}  // namespace

SqlAsked sql_query(const std::string& sql, const std::optional<std::string>& params) {
  SqlAsked out;
  const json values = params ? parsed(*params) : json::array();
  out.fault = add(out.statements, sql, values);
  return out;
}

SqlAsked sql_statements(const std::string& text) {
  SqlAsked out;
  const json list = parsed(text);
  if (!list.is_array() || list.empty() || list.size() > RAPT_SQL_MAX_STATEMENTS) {
    out.fault = refused("22023", "The statements must be a JSON array of 1 to 32 objects.");
    return out;
  }
  for (const auto& one : list) {
    const bool formed = one.is_object() && one.contains("sql") && one.at("sql").is_string() &&
                        one.size() == 1U + one.contains("params");
    if (!formed) {
      out.fault = refused("22023", R"(A statement is an object {"sql": text, "params": array} and nothing else.)");
    } else {
      out.fault = add(out.statements, one.at("sql").get<std::string>(), one.value("params", json::array()));
    }
    if (out.fault) return out;
    ++out.faulty;
  }
  return out;
}

bool SqlAnswer::columns(const std::vector<store::GuestColumn>& columns) {
  text_ += text_.empty() ? "{\"columns\":[" : ",{\"columns\":[";
  types_.clear();
  for (const auto& column : columns) {
    if (!types_.empty()) text_ += ',';
    append_json_string(text_, column.name);
    types_.push_back(column.type);
  }
  text_ += "],\"rows\":[";
  first_row_ = true;
  return text_.size() <= kMostBytes;
}

bool SqlAnswer::row(const std::vector<std::optional<std::string_view>>& cells) {
  if (++rows_ > RAPT_SQL_MAX_ROWS) return false;
  std::size_t bytes = text_.size();
  for (const auto& cell : cells) bytes += cell ? cell->size() : 4;
  if (bytes > kMostBytes) return false;
  text_ += first_row_ ? "[" : ",[";
  first_row_ = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text_ += ',';
    append_cell(text_, types_[i], cells[i]);
  }
  text_ += ']';
  return text_.size() + 32 <= kMostBytes;
}

void SqlAnswer::done(std::int64_t count) {
  text_ += "],\"count\":" + std::to_string(count) + "}";
}

std::string fault_json(const GuestFault& fault, std::optional<std::size_t> statement) {
  json out{{"sqlstate", fault.sqlstate}, {"message", fault.message.substr(0, 4096)}, {"position", nullptr}};
  if (fault.position > 0) out["position"] = fault.position;
  if (statement) out["statement"] = *statement;
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace rapt::host
