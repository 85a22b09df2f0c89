// SPDX-License-Identifier: AGPL-3.0-or-later
#include <chrono>

#include "rapt/store/database.hpp"

namespace rapt::store {
namespace {

/// RFC 3339 with microseconds, which is what timestamptz keeps.
std::string microsecond_text(TimePoint time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  std::string fraction = std::to_string((time - second).count());
  fraction.insert(0, 6 - fraction.size(), '0');
  return to_rfc3339(time).substr(0, 19) + "." + fraction + "Z";
}

}  // namespace

Params& Params::add(std::string_view value) {
  values_.emplace_back(value);
  return *this;
}

Params& Params::add(std::int64_t value) {
  return add(std::to_string(value));
}

Params& Params::add(bool value) {
  return add(value ? "t" : "f");
}

Params& Params::add(TimePoint value) {
  return add(microsecond_text(value));
}

Params& Params::add_null() {
  values_.emplace_back(std::nullopt);
  return *this;
}

Params& Params::add_array(const std::vector<std::string>& values) {
  std::string literal = "{";
  for (const std::string& value : values) {
    literal += literal.size() > 1 ? ",\"" : "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return add(literal + "}");
}

}  // namespace rapt::store
