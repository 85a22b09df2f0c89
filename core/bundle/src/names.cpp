// SPDX-License-Identifier: AGPL-3.0-or-later
#include "names.hpp"

#include <algorithm>

namespace rapt::bundle {
namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_path_char(char c) {
  return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-' || c == '/';
}

}  // namespace

bool is_name(std::string_view text) {
  if (text.size() < 2 || text.size() > 63 || !is_lower(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

std::string_view path_fault(std::string_view path) {
  if (path.empty()) return "it is empty";
  if (path.size() > kMaxPathBytes) return "it is longer than 99 bytes";
  if (path[0] == '/') return "it is absolute";
  if (!std::all_of(path.begin(), path.end(), is_path_char)) return "it has characters other than A-Z a-z 0-9 . _ / -";
  while (true) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (part.empty()) return "it has an empty part";
    if (part[0] == '.') return "it has a part that starts with a dot";
    if (slash == std::string_view::npos) return "";
    path.remove_prefix(slash + 1);
  }
}

Error refuse(std::string message) {
  Error error;
  error.kind = ErrorKind::kInvalid;
  error.message = std::move(message);
  return error;
}

}  // namespace rapt::bundle
