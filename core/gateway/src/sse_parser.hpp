// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::gateway {

struct SseEvent {
  std::string type;  ///< "message" when the server gave none
  std::string data;  ///< lines joined by LF
};

/// Server-sent events, piece by piece, by the rules of the HTML standard (section 9.2.6). What arrives comes from
/// another server: lines and events are bounded, and once it has failed it stays failed. `id` and `retry` are of no use
/// here.
class SseParser {
 public:
  static constexpr std::size_t kMaxLineBytes = 256 * 1024;
  static constexpr std::size_t kMaxEventBytes = 1024 * 1024;

  /// Takes the next bytes, cut anywhere, and hands out the events that they complete. kUpstream AI_INVALID_RESPONSE
  /// when a line or event is too long.
  Result<std::vector<SseEvent>> feed(std::string_view bytes);

 private:
  void end_line(std::string_view line, std::vector<SseEvent>& out);
  void take_field(std::string_view line);

  std::string line_;  ///< what came of one before its end did
  std::string type_;
  std::string data_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool first_line_ = true;
  bool failed_ = false;
};

}  // namespace rapt::gateway
