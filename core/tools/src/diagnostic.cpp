// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>

#include "rapt/base/text.hpp"
#include "rapt/tools/check.hpp"
#include "yaml_reader.hpp"

namespace rapt::tools {
namespace {

constexpr std::size_t kMaxFaults = 20;
constexpr std::size_t kShownBefore = 100, kShown = 160;  // bytes of a long line

/// A continuation byte of UTF-8 begins no character.
bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string_view line_of(std::string_view text, int line) {
  for (int i = 0; i < line; ++i) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// To the end of the word, or of the quoted text, that begins there.
std::size_t width_at(std::string_view rest) {
  if (rest.empty()) return 1;
  std::size_t end = 0;
  if (rest[0] == '"' || rest[0] == '\'') {
    const auto close = rest.find(rest[0], 1);
    end = close == std::string_view::npos ? rest.size() : close + 1;
  } else {
    end = std::min(rest.find_first_of(" \t,:[]{}#"), rest.size());
  }
  return std::max<std::size_t>(characters(rest.substr(0, end)), 1);
}

}  // namespace

/// The parser counts lines and bytes from 0.
void Faults::add(const YAML::Mark& mark, std::string path, const std::string& message) {
  if (faults_.size() >= kMaxFaults) return;
  Diagnostic fault{.path = std::move(path), .message = message};
  const int row = std::max(mark.line, 0);
  const auto line = line_of(text_, row);
  const auto byte = std::min(static_cast<std::size_t>(std::max(mark.column, 0)), line.size());
  auto from = byte > kShownBefore ? byte - kShownBefore : 0;
  while (from < byte && !begins_character(line[from])) ++from;
  auto to = std::min(line.size(), from + kShown);
  while (to < line.size() && !begins_character(line[to])) ++to;
  fault.line = row + 1;
  fault.column = static_cast<int>(characters(line.substr(0, byte))) + 1;
  fault.excerpt = std::string(line.substr(from, to - from));
  fault.excerpt_column = static_cast<int>(characters(line.substr(from, byte - from))) + 1;
  fault.width = static_cast<int>(width_at(line.substr(byte, to - byte)));
  faults_.push_back(std::move(fault));
}

Error as_error(const std::vector<Diagnostic>& faults) {
  std::vector<FieldError> fields;
  for (const auto& fault : faults) {
    fields.push_back({fault.path, "line " + std::to_string(fault.line) + ", column " + std::to_string(fault.column) +
                                      ": " + fault.message});
  }
  Error error = Error::invalid(fields.front().path, fields.front().message);
  error.message = "The tool definition is not valid: " + fields.front().path + ", " + fields.front().message;
  if (fields.size() > 1) error.message += " (and " + std::to_string(fields.size() - 1) + " more)";
  error.fields = std::move(fields);
  return error;
}

std::string in_words(const Diagnostic& fault, std::string_view file) {
  const auto line = std::to_string(fault.line);
  std::string out = std::string(file) + ":" + line + ":" + std::to_string(fault.column) + ": " +
                    printable(fault.path, 200) + " " + printable(fault.message, 1000) + "\n";
  // printable() would move the caret where it writes one character as several.
  std::string shown = fault.excerpt;
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F) c = ' ';
  if (shown.empty() || !is_utf8(shown)) return out;
  out += std::string(5 - std::min<std::size_t>(line.size(), 5), ' ') + line + " | " + shown + "\n";
  out += std::string(std::max<std::size_t>(line.size(), 5), ' ') + " | " +
         std::string(static_cast<std::size_t>(fault.excerpt_column - 1), ' ') + "^" +
         std::string(static_cast<std::size_t>(fault.width - 1), '~') + "\n";
  return out;
}

}  // namespace rapt::tools
