// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rows.hpp"

#include <charconv>
#include <stdexcept>

#include <pqxx/row>

namespace rapt::store {
namespace {

[[noreturn]] void misuse(std::string_view column, const char* what) {
  throw std::logic_error("column " + std::string(column) + " " + what);
}

/// The value's bytes, nullopt for NULL.
std::optional<std::string_view> value_at(const pqxx::result& result, std::size_t row, std::string_view column) {
  pqxx::row::size_type number = 0;
  try {
    number = result.column_number(std::string(column));
  } catch (const pqxx::argument_error&) {
    misuse(column, "is not in the result");
  }
  const auto field = result[static_cast<pqxx::result::size_type>(row)][number];
  if (field.is_null()) return std::nullopt;
  return std::string_view(field.c_str(), field.size());
}

std::string_view required(const pqxx::result& result, std::size_t row, std::string_view column) {
  const auto value = value_at(result, row, column);
  if (!value) misuse(column, "is NULL");
  return *value;
}

}  // namespace

bool Row::is_null(std::string_view column) const {
  return !value_at(data_->result, index_, column);
}

std::string Row::text(std::string_view column) const {
  return std::string(value_at(data_->result, index_, column).value_or(""));
}

std::optional<std::string> Row::optional_text(std::string_view column) const {
  const auto value = value_at(data_->result, index_, column);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

std::int64_t Row::integer(std::string_view column) const {
  const std::string_view value = required(data_->result, index_, column);
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (fault != std::errc() || end != value.data() + value.size()) misuse(column, "is no whole number");
  return number;
}

bool Row::boolean(std::string_view column) const {
  const std::string_view value = required(data_->result, index_, column);
  if (value != "t" && value != "f") misuse(column, "is no boolean");
  return value == "t";
}

TimePoint Row::time(std::string_view column) const {
  const auto time = parse_time(required(data_->result, index_, column));
  if (!time) misuse(column, "is no time");
  return *time;
}

std::optional<TimePoint> Row::optional_time(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional<TimePoint>(time(column));
}

std::size_t Rows::size() const {
  return data_ ? static_cast<std::size_t>(data_->result.size()) : 0;
}

std::size_t Rows::affected() const {
  return data_ ? static_cast<std::size_t>(data_->result.affected_rows()) : 0;
}

Row Rows::operator[](std::size_t index) const {
  if (index >= size()) throw std::logic_error("row " + std::to_string(index) + " of " + std::to_string(size()));
  return Row(data_, index);
}

}  // namespace rapt::store
