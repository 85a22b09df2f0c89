// SPDX-License-Identifier: AGPL-3.0-or-later
#include "csv.hpp"

namespace rapt::api {

void add_csv_text(std::string& line, std::string_view text) {
  if (!line.empty()) line += ',';
  const bool formula = !text.empty() && std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos;
  const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (quoted) line += '"';
  if (formula) line += '\'';
  for (const char c : text) {
    if (c == '"') line += '"';
    line += c;
  }
  if (quoted) line += '"';
}

http::Headers csv_headers(const std::string& file_name) {
  http::Headers headers;
  headers.set("Content-Type", "text/csv; charset=utf-8; header=present");
  headers.set("Content-Disposition", "attachment; filename=\"" + file_name + "\"");
  headers.set("Cache-Control", "no-store");
  return headers;
}

}  // namespace rapt::api
