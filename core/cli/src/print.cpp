// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/cli/print.hpp"

#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::cli {
namespace {

constexpr std::size_t kLongestCell = 200;

}  // namespace

void Table::add(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = printable(cell, kLongestCell);
  rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out, std::size_t indent) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], count_code_points(row[i]));
  }
  for (const auto& row : rows_) {
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] - count_code_points(row[i]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
}

void print_json(std::ostream& out, const nlohmann::json& document) {
  out << document.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << "\n";
}

}  // namespace rapt::cli
