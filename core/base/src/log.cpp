// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdint>
#include <cstdio>
#include <memory>

#include "rapt/base/clock.hpp"
#include "rapt/base/text.hpp"

namespace rapt::log {

namespace {

constexpr std::size_t kLongestValue = 4096;

struct Names {
  spdlog::level::level_enum spdlog;
  std::string_view text;
};

Names names(Level level) {
  switch (level) {
    case Level::kDebug:
      return {spdlog::level::debug, "debug"};
    case Level::kInfo:
      return {spdlog::level::info, "info"};
    case Level::kWarn:
      return {spdlog::level::warn, "warn"};
    case Level::kError:
      break;
  }
  return {spdlog::level::err, "error"};
}

spdlog::logger& logger() {
  // Never destroyed: threads may still write while the process ends.
  static spdlog::logger* const instance = [] {
    auto* made = new spdlog::logger("rapt", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *instance;
}

/// What printable() leaves is safe for a terminal and well-formed; JSON asks for two more escapes.
void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : printable(value, kLongestValue)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  if (out.size() > 1) out += ',';
  append_quoted(out, key);
  out += ':';
  append_quoted(out, value);
}

}  // namespace

void set_level(Level level) {
  logger().set_level(names(level).spdlog);
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  const Names level_names = names(level);
  if (!logger().should_log(level_names.spdlog)) return;
  std::string line = "{";
  append_member(line, "time", to_rfc3339(SystemClock().now()));
  append_member(line, "level", level_names.text);
  append_member(line, "event", event);
  for (const auto& [key, value] : fields) append_member(line, key, value);
  line += '}';
  logger().log(level_names.spdlog, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace rapt::log
