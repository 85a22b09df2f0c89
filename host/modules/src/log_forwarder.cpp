// SPDX-License-Identifier: AGPL-3.0-or-later
#include "log_forwarder.hpp"

#include <algorithm>
#include <cstring>

#include "rapt/base/log.hpp"
#include "rapt/base/redaction.hpp"
#include "rapt/base/text.hpp"

namespace rapt::host {
namespace {

log::Level level_of(rapt_log_level level) {
  switch (level) {
    case RAPT_LOG_DEBUG:
      return log::Level::kDebug;
    case RAPT_LOG_WARN:
      return log::Level::kWarn;
    case RAPT_LOG_ERROR:
      return log::Level::kError;
    default:
      return log::Level::kInfo;
  }
}

const char* level_name(rapt_log_level level) {
  switch (level) {
    case RAPT_LOG_DEBUG:
      return "debug";
    case RAPT_LOG_WARN:
      return "warn";
    case RAPT_LOG_ERROR:
      return "error";
    default:
      return "info";
  }
}

}  // namespace

bool LogForwarder::allowed(std::chrono::steady_clock::time_point now) {
  const double seconds = std::chrono::duration<double>(now - refilled_).count();
  tokens_ = std::min(kBurst, tokens_ + seconds * kPerSecond);
  refilled_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

void LogForwarder::forward(sandbox::ReplyReader& reader, std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto lines = reader.take_log(dropped_);
  if (lines.empty() && dropped_ == 0) return;
  for (const auto& line : lines) {
    if (!allowed(now)) {
      ++dropped_;
      continue;
    }
    write(line.level, line.line, "module.says");
  }
  tell_dropped(now);
}

void LogForwarder::write(rapt_log_level level, std::string_view line, const char* event) {
  auto text =
      printable(redaction::scrubbed(module_, std::string(line)), sandbox::wire::kMaxLogBytes - std::strlen("…"));
  log::write(level_of(level), event, {{"module", module_}, {"line", text}});
  if (lines_) lines_->add({module_, level_name(level), std::move(text), SystemClock().now()});
}

void LogForwarder::complain(const std::string& sentence, std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (allowed(now)) {
    write(RAPT_LOG_WARN, sentence, "module.refused_service");
  } else {
    ++dropped_;
  }
  tell_dropped(now);
}

void LogForwarder::tell_dropped(std::chrono::steady_clock::time_point now) {
  if (dropped_ == 0 || now - told_ < std::chrono::seconds(1)) return;
  const auto count = std::to_string(dropped_);
  log::warn("module.lines_dropped", {{"module", module_}, {"count", count}});
  if (lines_) lines_->add({module_, "warn", count + " lines were dropped: it wrote too many.", SystemClock().now()});
  dropped_ = 0;
  told_ = now;
}

}  // namespace rapt::host
