// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace rapt::cli {

/// Rows of words in aligned columns. Every cell is made printable, so hostile text may be put in as it is.
class Table {
 public:
  explicit Table(std::vector<std::string> titles) { add(std::move(titles)); }
  void add(std::vector<std::string> cells);
  /// Each row on a line of its own, `indent` blanks before it, no blanks at its end.
  void print(std::ostream& out, std::size_t indent = 0) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// One document on one line, in ASCII: what modules and hosts have written cannot play with a terminal.
void print_json(std::ostream& out, const nlohmann::json& document);

}  // namespace rapt::cli
