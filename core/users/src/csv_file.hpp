// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"

/// A CSV file of users, read a row at a time.
namespace rapt::users {

/// The largest row, line breaks in quotes included.
inline constexpr std::size_t kMaxRow = 64u * 1024;

struct CsvRow {
  std::int64_t line = 0;  ///< on which it begins, from 1
  std::vector<std::string> fields;
};

/// Splits bytes that arrive in pieces into rows (libcsv). Remembers where in the file the next row begins, so that
/// reading can go on there later with a new reader.
class CsvReader {
 public:
  /// `position` and `line`: where the first byte that it will be given stands in the file.
  CsvReader(char delimiter, std::int64_t position, std::int64_t line);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// Reads on until the first row ends, and takes that much of `bytes`. Nullopt: all was taken, and no row has ended.
  /// kInvalid with line and column where it is no CSV.
  Result<std::optional<CsvRow>> next(std::string_view& bytes);
  /// The row that the file ends with when it does not end with a line break.
  Result<std::optional<CsvRow>> end();

  [[nodiscard]] std::int64_t position() const;  ///< of the first byte behind the last whole row
  [[nodiscard]] std::int64_t line() const;      ///< the number of its line

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Which column holds what; -1: none does.
struct CsvColumns {
  int email = -1, name = -1, given_name = -1, family_name = -1, group = -1, role = -1, status = -1;
  std::size_t count = 0;
};

struct CsvHeader {
  char delimiter = ',';
  CsvColumns columns;
  std::int64_t position = 0;  ///< of the first byte behind the header
  std::int64_t line = 1;
};

/// Reads the first row. `head`: the beginning of the file, the whole header row at least. kInvalid at "file".
Result<CsvHeader> read_header(std::string_view head);

struct CsvSummary {
  CsvHeader header;
  std::int64_t rows = 0;  ///< without the header
};

/// Goes through the whole file once, so that whoever sends it learns at once what is wrong with it: that it is empty,
/// no UTF-8, a quote that is not closed, a column that nobody knows. Rows may still be faulty. kInvalid at "file".
Result<CsvSummary> check_file(std::string_view file);

}  // namespace rapt::users
