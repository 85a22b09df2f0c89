// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "acting.hpp"
#include "rapt/base/clock.hpp"

namespace rapt::accounts {
class AccountService;
}

namespace rapt::host {

/// What rapt.directory's write answers, as JSON. kForbidden without the grant "directory:write"; kInvalid when the
/// batch as a whole is not as it must be.
Task<Result<std::string>> write_directory(store::Database& database, const accounts::AccountService& accounts,
                                          TimePoint now, const ServiceRequest& request, Acting acting);

}  // namespace rapt::host
