// SPDX-License-Identifier: AGPL-3.0-or-later
// A file of users as a stranger sends it, and the reader that goes on in its middle: the rows must depend neither on
// how the file is cut nor on where a new reader begins.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "../../core/users/src/csv_file.hpp"
#include "rapt/base/text.hpp"

namespace {

using namespace rapt::users;

struct Seen {
  std::vector<CsvRow> rows;
  bool sound = true;
  bool operator==(const Seen& other) const {
    if (sound != other.sound || rows.size() != other.rows.size()) return false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].line != other.rows[i].line || rows[i].fields != other.rows[i].fields) return false;
    }
    return true;
  }
};

/// Reads from `position` in pieces; a new reader after every `rows_each` rows.
Seen read(std::string_view file, char delimiter, std::size_t piece, std::size_t rows_each) {
  Seen seen;
  std::int64_t position = 0, line = 1;
  for (bool more = true; more;) {
    CsvReader reader(delimiter, position, line);
    std::size_t taken = 0;
    auto at = static_cast<std::size_t>(position);
    std::string_view bytes;
    while (taken < rows_each) {
      if (bytes.empty() && at >= file.size()) break;
      if (bytes.empty()) bytes = file.substr(at, piece), at += bytes.size();
      auto row = reader.next(bytes);
      if (!row) return seen.sound = false, seen;
      if (*row) seen.rows.push_back(std::move(**row)), ++taken;
    }
    more = taken == rows_each;
    if (!more) {
      auto last = reader.end();
      if (!last) return seen.sound = false, seen;
      if (*last) seen.rows.push_back(std::move(**last));
    }
    position = reader.position();
    line = reader.line();
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  if (size > 16 * 1024) return 0;
  for (const char delimiter : {',', ';'}) {
    const auto whole = read(file, delimiter, file.size() + 1, file.size() + 1);
    if (!(read(file, delimiter, 1, file.size() + 1) == whole)) std::abort();
    if (!(read(file, delimiter, 3, 1) == whole)) std::abort();
  }
  const auto checked = check_file(file);
  if (checked && (!rapt::is_utf8(file) || checked->rows < 0)) std::abort();
  if (checked && checked->header.position > static_cast<std::int64_t>(size)) std::abort();
  return 0;
}
