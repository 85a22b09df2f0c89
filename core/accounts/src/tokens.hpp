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
/// Makes all mailed tokens of the person void, for new passwords and for addresses.
Result<void> void_tokens(store::Transaction& transaction, const UserId& user, TimePoint now);

}  // namespace rapt::accounts
