// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "rapt/base/ids.hpp"

namespace rapt::identity {

/// Whose the logins are that were let in here last, by their token's hash. Thread-safe.
class KnownLogins {
 public:
  [[nodiscard]] std::optional<UserId> find(const std::string& token_hash) const;
  void keep(std::string token_hash, UserId user);
  void forget(const std::string& token_hash);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, UserId> users_;
};

}  // namespace rapt::identity
