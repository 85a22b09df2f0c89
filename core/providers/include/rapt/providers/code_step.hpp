// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/providers/provider_service.hpp"

namespace rapt::providers {

/// The second factor of an account that somebody reaches through a provider: whoever has taken over the account there
/// has not taken over this one. The browser carries the waiting login, sealed. Thread-safe.
class CodeStep {
 public:
  /// All must outlive it.
  struct Parts {
    store::Database& database;
    store::Redis& redis;
    const Clock& clock;
    const security::SecretBox& box;
  };
  explicit CodeStep(Parts parts) : parts_(parts) {}

  /// The login as it waits for a code, for a cookie; nullopt when the account has no second factor.
  Task<Result<std::optional<std::string>>> waiting(std::string provider, Arrived arrived);
  /// STATE_MISMATCH (400) for another provider's, a foreign or a changed one, and after ten minutes; kNotFound for a
  /// provider that is not enabled any more; kRateLimited after ten codes of one account in ten minutes; INVALID_TOTP
  /// (401). Without Redis nobody gets in this way, because nobody counts.
  Task<Result<Arrived>> finish(std::string provider, std::string sealed, std::string code);

 private:
  Task<Result<void>> count(const UserId& user);
  Parts parts_;
};

}  // namespace rapt::providers
