// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::demo {

/// In what way an answer is given, or fails. host/demo/README.md lists the names.
struct Scenario {
  static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

  int status = 200;                                   ///< of the tries that fail
  std::size_t failures = kNever;                      ///< so many tries of a call fail with `status`
  std::optional<std::chrono::seconds> retry_after{};  ///< said with it
  bool retry_as_date = false;
  std::chrono::milliseconds before_head{0};
  std::chrono::milliseconds before_words{0};         ///< between the head and the first words
  std::optional<std::chrono::milliseconds> pause{};  ///< between two tokens
  std::optional<std::size_t> tokens{};               ///< an answer of so many tokens
  // After so many pieces:
  std::size_t disconnect = kNever;  ///< the connection breaks
  std::size_t cut = kNever;         ///< the stream ends as if it were complete
  std::size_t hang = kNever;        ///< silence
  std::size_t rubbish = kNever;     ///< half a piece of JSON
  std::size_t huge = kNever;        ///< a line without an end
  std::size_t not_utf8 = kNever;
  std::size_t error = kNever;  ///< an error object in the stream
  int error_code = 502;
  bool error_as_text = false;  ///< its code is text
  bool usage = true;
  bool usage_often = false;  ///< beside every piece
  bool usage_null = false;   ///< null beside every piece
  bool done = true;          ///< [DONE] at the end
  bool whole = false;        ///< one JSON document where a stream was asked for
  bool empty = false;
  bool echo = false;
  bool leak = false;
};

/// What a model's name asks for: "rapt-demo-stream-20-50ms", always; "scenario:PART+PART…" when `allowed`. kInvalid
/// names the part that is unknown.
Result<Scenario> scenario_of(std::string_view model, bool allowed);

}  // namespace rapt::demo
