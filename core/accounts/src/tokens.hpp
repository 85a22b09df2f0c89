// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/result.hpp"

namespace rapt::store {
class Transaction;
}

namespace rapt::accounts {

inline constexpr std::chrono::hours kResetLifetime{1};
inline constexpr std::chrono::hours kInvitationLifetime{7 * 24};
inline constexpr std::chrono::hours kVerificationLifetime{48};

/// What is stored of a mailed token: the SHA-256, as PostgreSQL's text of bytea.
std::string token_hash(const std::string& token);
/// kInvalid TOKEN_INVALID: what every link is told that is unknown, used, void or too old.
Error token_invalid();

/// A fresh token for a new password. The person's older ones are void, and rows long past are gone.
Result<std::string> new_reset(store::Transaction& transaction, const UserId& user,
                              const std::optional<UserId>& requested_by, TimePoint now, std::chrono::hours lifetime);
/// What following a link proves and brings about.
struct Proof {
  std::string email;
  std::optional<std::string> name{}, password_hash{};  ///< of a registration
};
/// A fresh token for an address. Older ones stay: each brings about what it was mailed for, and the first one used
/// ends them all.
Result<std::string> new_verification(store::Transaction& transaction, const UserId& user, const Proof& proof,
                                     TimePoint now);
Result<void> void_verifications(store::Transaction& transaction, const UserId& user, TimePoint now);
/// Makes all mailed tokens of the person void, for new passwords and for addresses.
Result<void> void_tokens(store::Transaction& transaction, const UserId& user, TimePoint now);

}  // namespace rapt::accounts
