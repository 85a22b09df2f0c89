// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rapt {

/// Appends `text` as a JSON string with its quotes (RFC 8259): for large texts on hot paths, where building a document
/// first would cost several copies. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Writes an object, member by member in the order in which they are given, where a document would be built only to be
/// written. Names are written as they are.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  void text(std::string_view name, std::string_view value) { append_json_string(member(name), value); }
  void number(std::string_view name, std::int64_t value);
  void null(std::string_view name) { member(name) += "null"; }
  /// null where it is empty.
  void text_or_null(std::string_view name, std::string_view value) { value.empty() ? null(name) : text(name, value); }
  void boolean(std::string_view name, bool value) { member(name).append(value ? "true" : "false"); }
  /// Where the value has to be written next.
  std::string& member(std::string_view name);
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool empty_ = true;
};

}  // namespace rapt
