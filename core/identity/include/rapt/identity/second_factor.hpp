// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/result.hpp"

namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Transaction;
}

namespace rapt::identity {

/// Under which words the secret of somebody's second factor is sealed.
std::string totp_seal(const UserId& user);
/// What is stored of a recovery code: the SHA-256, as PostgreSQL's text of bytea, of its letters and digits in lower
/// case, so that the spaces and dashes of whoever types it do not matter.
std::string recovery_code_hash(const std::string& code);

/// Takes a code of the person's app, each step once, or a recovery code, each once. kUnauthorized INVALID_TOTP for
/// every other text, and when no second factor is set up. Runs on the transaction's thread.
Result<void> take_second_factor(store::Transaction& transaction, const security::SecretBox& box, const UserId& user,
                                const std::string& code, TimePoint now);

}  // namespace rapt::identity
