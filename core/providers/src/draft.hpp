// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "provider_store.hpp"
#include "rapt/security/secret_box.hpp"

namespace rapt::providers {

/// kInvalid with every wrong field of the change.
Result<void> check(const ProviderChange& change);
/// kInvalid unless it can stand in a path.
Result<void> check_name(const std::string& name);
/// `stored` with the change; its secrets sealed anew. kInvalid when what comes out does not fit together.
Result<Stored> changed(Stored stored, const ProviderChange& change, const security::SecretBox& box);

}  // namespace rapt::providers
