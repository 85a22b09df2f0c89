// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace rapt::log {

enum class Level { kDebug, kInfo, kWarn, kError };

/// One structured value of a line. Never put a secret, a message's text or a prompt into one.
using Field = std::pair<std::string_view, std::string>;

/// Where lines go: standard error, one JSON object a line ({"time","level","event",...fields}). Thread-safe.
void set_level(Level level);
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

inline void debug(std::string_view event, std::initializer_list<Field> f = {}) {
  write(Level::kDebug, event, f);
}
inline void info(std::string_view event, std::initializer_list<Field> f = {}) {
  write(Level::kInfo, event, f);
}
inline void warn(std::string_view event, std::initializer_list<Field> f = {}) {
  write(Level::kWarn, event, f);
}
inline void error(std::string_view event, std::initializer_list<Field> f = {}) {
  write(Level::kError, event, f);
}

}  // namespace rapt::log
