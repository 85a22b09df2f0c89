// SPDX-License-Identifier: AGPL-3.0-or-later
#include "csv_file.hpp"

#include <csv.h>

#include <algorithm>

#include "rapt/accounts/fields.hpp"
#include "rapt/base/text.hpp"

namespace rapt::users {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Error file_fault(std::string message) {
  return Error::invalid("file", std::move(message));
}

std::string at(std::int64_t line, std::int64_t column) {
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

struct CsvReader::Impl {
  csv_parser parser{};
  std::vector<std::string> fields;
  bool ended = false;           // the callback has seen a row's end
  std::string pending;          // the bytes of the row that has begun
  std::int64_t position, line;  // where the row begins
  std::int64_t read_line;       // where reading stands

  Impl(std::int64_t from, std::int64_t first_line) : position(from), line(first_line), read_line(first_line) {}

  static void on_field(void* text, std::size_t size, void* self) {
    static_cast<Impl*>(self)->fields.emplace_back(static_cast<const char*>(text), size);
  }
  static void on_row(int, void* self) { static_cast<Impl*>(self)->ended = true; }

  [[nodiscard]] Error fault(std::size_t byte) const;
  [[nodiscard]] Error unclosed() const;
  std::optional<CsvRow> take_row();
  Result<void> feed(std::string_view piece);
};

/// Where the parser has stopped, `byte` bytes into what is pending.
Error CsvReader::Impl::fault(std::size_t byte) const {
  const auto head = std::string_view(pending).substr(0, byte);
  const auto breaks = std::count(head.begin(), head.end(), '\n');
  const auto start = head.rfind('\n');
  const auto column = head.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return file_fault("is no CSV at " + at(line + breaks, static_cast<std::int64_t>(column)) +
                    ": a quote may stand only around a whole field, and inside of it twice");
}

Error CsvReader::Impl::unclosed() const {
  std::size_t opened = 0;
  bool inside = false;
  for (std::size_t i = 0; i < pending.size(); ++i) {
    if (pending[i] != '"') continue;
    inside = !inside;
    if (inside) opened = i;
  }
  const auto head = std::string_view(pending).substr(0, opened);
  const auto start = head.rfind('\n');
  const auto column = opened - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return file_fault("has a quote at " +
                    at(line + std::count(head.begin(), head.end(), '\n'), static_cast<std::int64_t>(column)) +
                    " that is not closed");
}

/// Feeds bytes that end at a line break at the latest.
Result<void> CsvReader::Impl::feed(std::string_view piece) {
  const auto before = pending.size();
  pending.append(piece);
  const auto taken = csv_parse(&parser, piece.data(), piece.size(), on_field, on_row, this);
  if (taken != piece.size()) {
    if (csv_error(&parser) == CSV_EPARSE) return fault(before + taken);
    return Error::internal(std::string("libcsv: ") + csv_strerror(csv_error(&parser)));
  }
  if (piece.ends_with('\n')) ++read_line;
  if (pending.size() > kMaxRow)
    return file_fault("has a row that is longer than " + std::to_string(kMaxRow / 1024) + " KiB, beginning in line " +
                      std::to_string(line) + ": is a quote not closed there?");
  return {};
}

std::optional<CsvRow> CsvReader::Impl::take_row() {
  std::optional<CsvRow> row;
  if (ended) row = CsvRow{line, std::move(fields)};
  const bool blank = pending.find_first_not_of(" \t\r\n") == std::string::npos;
  if (ended || blank) {
    position += static_cast<std::int64_t>(pending.size());
    line = read_line;
    pending.clear();
    fields.clear();
    ended = false;
  }
  return row;
}

CsvReader::CsvReader(char delimiter, std::int64_t position, std::int64_t line)
    : impl_(std::make_unique<Impl>(position, line)) {
  if (csv_init(&impl_->parser, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
  csv_set_delim(&impl_->parser, static_cast<unsigned char>(delimiter));
  // One byte alone ends a row, so that position() is exact.
  csv_set_term_func(&impl_->parser, [](unsigned char c) { return c == '\n' ? 1 : 0; });
  csv_set_space_func(&impl_->parser, [](unsigned char c) { return c == ' ' || c == '\t' || c == '\r' ? 1 : 0; });
}
CsvReader::~CsvReader() {
  csv_free(&impl_->parser);
}

Result<std::optional<CsvRow>> CsvReader::next(std::string_view& bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto piece = bytes.substr(0, end == std::string_view::npos ? end : end + 1);
    bytes.remove_prefix(piece.size());
    RAPT_TRY(impl_->feed(piece));
    if (!piece.ends_with('\n')) break;
    if (auto row = impl_->take_row()) return row;
  }
  return std::optional<CsvRow>{};
}

Result<std::optional<CsvRow>> CsvReader::end() {
  if (csv_fini(&impl_->parser, Impl::on_field, Impl::on_row, impl_.get()) != 0) return impl_->unclosed();
  return impl_->take_row();
}

std::int64_t CsvReader::position() const {
  return impl_->position;
}
std::int64_t CsvReader::line() const {
  return impl_->line;
}

namespace {

/// What stands outside of quotes more often in the first line.
char delimiter_of(std::string_view head) {
  bool inside = false;
  int commas = 0, semicolons = 0;
  for (const char c : head) {
    if (c == '"') inside = !inside;
    if (!inside && c == '\n') break;
    if (!inside && c == ',') ++commas;
    if (!inside && c == ';') ++semicolons;
  }
  return semicolons > commas ? ';' : ',';
}

int* column_named(CsvColumns& columns, const std::string& name) {
  if (name == "email") return &columns.email;
  if (name == "name") return &columns.name;
  if (name == "given_name") return &columns.given_name;
  if (name == "family_name") return &columns.family_name;
  if (name == "group") return &columns.group;
  if (name == "role") return &columns.role;
  return name == "status" ? &columns.status : nullptr;
}

Result<CsvColumns> columns_of(const std::vector<std::string>& names) {
  CsvColumns columns;
  for (const auto& given : names) {
    auto* column = column_named(columns, accounts::trimmed(given));
    if (column == nullptr)
      return file_fault("has an unknown column \"" + printable(given, 60) +
                        "\": known are email, name, given_name, family_name, group, role and status");
    if (*column >= 0) return file_fault("has the column \"" + printable(given, 60) + "\" twice");
    *column = static_cast<int>(columns.count++);
  }
  if (columns.email < 0) return file_fault("has no column \"email\": its first row must name the columns");
  if (columns.name < 0 && (columns.given_name < 0 || columns.family_name < 0))
    return file_fault("has no column \"name\", nor both \"given_name\" and \"family_name\"");
  return columns;
}

/// Where a file stops being UTF-8.
std::optional<Error> fault_of_encoding(std::string_view file) {
  if (is_utf8(file) && file.find('\0') == std::string_view::npos) return std::nullopt;
  std::int64_t line = 1;
  while (!file.empty()) {
    const auto end = file.find('\n');
    const auto one = file.substr(0, end);
    if (!is_utf8(one) || one.find('\0') != std::string_view::npos) {
      std::size_t good = 0;  // a character has at most four bytes
      for (std::size_t size = 1; good + size <= one.size() && size <= 4;) {
        const bool right = is_utf8(one.substr(good, size)) && one[good] != '\0';
        good += right ? size : 0;
        size = right ? 1 : size + 1;
      }
      return file_fault("is not UTF-8 text at " + at(line, static_cast<std::int64_t>(good) + 1) +
                        ": save it as CSV in UTF-8");
    }
    if (end == std::string_view::npos) break;
    file.remove_prefix(end + 1);
    ++line;
  }
  return std::nullopt;
}

}  // namespace

Result<CsvHeader> read_header(std::string_view head) {
  CsvHeader header;
  if (head.starts_with(kByteOrderMark)) header.position = static_cast<std::int64_t>(kByteOrderMark.size());
  head.remove_prefix(static_cast<std::size_t>(header.position));
  header.delimiter = delimiter_of(head);
  CsvReader reader(header.delimiter, header.position, 1);
  auto row = reader.next(head);
  if (row && !*row) row = reader.end();
  if (!row) return row.error();
  if (!*row) return file_fault("is empty: its first row must name the columns");
  auto columns = columns_of((*row)->fields);
  if (!columns) return columns.error();
  header.columns = *columns;
  header.position = reader.position();
  header.line = reader.line();
  return header;
}

Result<CsvSummary> check_file(std::string_view file) {
  if (auto fault = fault_of_encoding(file)) return *fault;
  const auto header = read_header(file);
  if (!header) return header.error();
  CsvSummary summary{*header, 0};
  file.remove_prefix(static_cast<std::size_t>(header->position));
  CsvReader reader(header->delimiter, header->position, header->line);
  for (bool last = false; !last;) {
    auto row = reader.next(file);
    last = row && !*row;
    if (last) row = reader.end();
    if (!row) return row.error();
    if (*row) ++summary.rows;
  }
  if (summary.rows == 0) return file_fault("has no line below the one that names the columns");
  return summary;
}

}  // namespace rapt::users
