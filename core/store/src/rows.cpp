// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rows.hpp"

#include <charconv>
#include <stdexcept>
#include <string>
#include <utility>

#include <pqxx/row>

namespace rapt::store {
namespace {

[[noreturn]] void misuse(std::string_view column, const char* what) {
  throw std::logic_error("column " + std::string(column) + " " + what);
}

class PqxxTable final : public Table {
 public:
  explicit PqxxTable(pqxx::result result) : result_(std::move(result)) {}
  [[nodiscard]] std::size_t size() const override { return static_cast<std::size_t>(result_.size()); }
  [[nodiscard]] std::size_t affected() const override { return static_cast<std::size_t>(result_.affected_rows()); }
  [[nodiscard]] std::optional<int> column(std::string_view name) const override {
    for (pqxx::row::size_type i = 0; i < result_.columns(); ++i) {
      if (result_.column_name(i) == name) return static_cast<int>(i);
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::string_view> value(std::size_t row, int column) const override {
    const auto field = result_[static_cast<pqxx::result::size_type>(row)][static_cast<pqxx::row::size_type>(column)];
    if (field.is_null()) return std::nullopt;
    return std::string_view(field.c_str(), field.size());
  }

 private:
  pqxx::result result_;
};

class PqTable final : public Table {
 public:
  explicit PqTable(PgResult result) : result_(std::move(result)) {}
  [[nodiscard]] std::size_t size() const override { return static_cast<std::size_t>(PQntuples(result_.get())); }
  [[nodiscard]] std::size_t affected() const override {
    const std::string_view count = PQcmdTuples(result_.get());
    std::size_t number = 0;
    std::from_chars(count.data(), count.data() + count.size(), number);
    return number;
  }
  [[nodiscard]] std::optional<int> column(std::string_view name) const override {
    const int count = PQnfields(result_.get());
    for (int i = 0; i < count; ++i) {
      if (PQfname(result_.get(), i) == name) return i;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::string_view> value(std::size_t row, int column) const override {
    const int at = static_cast<int>(row);
    if (PQgetisnull(result_.get(), at, column) != 0) return std::nullopt;
    return std::string_view(PQgetvalue(result_.get(), at, column),
                            static_cast<std::size_t>(PQgetlength(result_.get(), at, column)));
  }

 private:
  PgResult result_;
};

std::optional<std::string_view> value_at(const Table& table, std::size_t row, std::string_view column) {
  const auto number = table.column(column);
  if (!number) misuse(column, "is not in the result");
  return table.value(row, *number);
}

std::string_view required(const Table& table, std::size_t row, std::string_view column) {
  const auto value = value_at(table, row, column);
  if (!value) misuse(column, "is NULL");
  return *value;
}

}  // namespace

std::shared_ptr<const Table> table_of(pqxx::result result) {
  return std::make_shared<PqxxTable>(std::move(result));
}

std::shared_ptr<const Table> table_of(PgResult result) {
  return std::make_shared<PqTable>(std::move(result));
}

bool Row::is_null(std::string_view column) const {
  return !value_at(*data_->table, index_, column);
}

std::string Row::text(std::string_view column) const {
  return std::string(value_at(*data_->table, index_, column).value_or(""));
}

std::optional<std::string> Row::optional_text(std::string_view column) const {
  const auto value = value_at(*data_->table, index_, column);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

std::int64_t Row::integer(std::string_view column) const {
  const std::string_view value = required(*data_->table, index_, column);
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (fault != std::errc() || end != value.data() + value.size()) misuse(column, "is no whole number");
  return number;
}

bool Row::boolean(std::string_view column) const {
  const std::string_view value = required(*data_->table, index_, column);
  if (value != "t" && value != "f") misuse(column, "is no boolean");
  return value == "t";
}

TimePoint Row::time(std::string_view column) const {
  const auto time = parse_time(required(*data_->table, index_, column));
  if (!time) misuse(column, "is no time");
  return *time;
}

std::optional<TimePoint> Row::optional_time(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional<TimePoint>(time(column));
}

std::size_t Rows::size() const {
  return data_ ? data_->table->size() : 0;
}

std::size_t Rows::affected() const {
  return data_ ? data_->table->affected() : 0;
}

Row Rows::operator[](std::size_t index) const {
  if (index >= size()) throw std::logic_error("row " + std::to_string(index) + " of " + std::to_string(size()));
  return Row(data_, index);
}

}  // namespace rapt::store
