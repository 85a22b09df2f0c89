// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/usage/usage.hpp"

namespace rapt::chat {

/// What another host has to know of a turn to settle it and to keep what was said, should its own host die.
struct TurnFacts {
  usage::Record paid{};  ///< without its call, and with the model that was asked or has answered
  std::string generation_id{};
  std::size_t input_bytes = 0;
  std::int64_t first_seq = 0;  ///< of the messages that it would store
  std::optional<std::int64_t> replaces_from{};
  bool regenerate = false;
  std::vector<std::string> modified_by{};  ///< modules that changed the question
  std::string request_id{};
  TimePoint asked_at{};
};
std::string to_json(const TurnFacts& facts);
/// nullopt when that is something else.
std::optional<TurnFacts> parse_facts(const std::string& text);

}  // namespace rapt::chat
