// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <libpq-fe.h>
#include <pqxx/result>

#include "rapt/store/database.hpp"

namespace rapt::store {

struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, FreeResult>;

/// What a statement answered, whoever ran it. Rows are valid up to size().
class Table {
 public:
  Table() = default;
  virtual ~Table() = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual std::size_t affected() const = 0;
  /// Nullopt: no such column.
  [[nodiscard]] virtual std::optional<int> column(std::string_view name) const = 0;
  /// The value's bytes, nullopt for NULL.
  [[nodiscard]] virtual std::optional<std::string_view> value(std::size_t row, int column) const = 0;
};

std::shared_ptr<const Table> table_of(pqxx::result result);
std::shared_ptr<const Table> table_of(PgResult result);

struct Row::Data {
  std::shared_ptr<const Table> table;
};

}  // namespace rapt::store
