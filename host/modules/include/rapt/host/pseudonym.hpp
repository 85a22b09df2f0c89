// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rapt::host {

/// What a module sees instead of a user's id: the same person is recognizable within one tool and module, and nowhere
/// else. HMAC-SHA-256 (RFC 2104) over tool, module and user, the first 128 bits in hexadecimal. "" for no user.
std::string pseudonym(std::string_view key, std::string_view tool_id, std::string_view module,
                      std::string_view user_id);

/// Remembers the pseudonyms of who is active: making one costs more than the rest of preparing a call. Thread-safe.
class Pseudonyms {
 public:
  static constexpr std::size_t kRemembered = 4096;  ///< beyond it, all are forgotten and made anew
  explicit Pseudonyms(std::string key) : key_(std::move(key)) {}
  std::string of(std::string_view tool_id, std::string_view module, std::string_view user_id);

 private:
  const std::string key_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::string> known_;  ///< by tool, module and user
};

}  // namespace rapt::host
