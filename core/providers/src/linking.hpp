// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/providers/provider_caller.hpp"
#include "rapt/store/database.hpp"

namespace rapt::providers {

/// Whose login a claim is; the rules are in README.md. Links or makes the account when it is the first time.
/// EMAIL_UNVERIFIED, ACCOUNT_UNKNOWN; kNotFound when the provider is not enabled any more.
Result<UserId> owner_of(store::Transaction& tx, const std::string& provider, const Claim& claim, TimePoint now);

}  // namespace rapt::providers
