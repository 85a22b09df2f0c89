// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/identity/actor.hpp"
#include "rapt/store/database.hpp"
#include "rapt/users/types.hpp"

namespace rapt::accounts {
class AccountService;
}

namespace rapt::users {

/// Does the next lines of an import, a thousand at most, in the caller's transaction, which also notes how far it came:
/// so no line is done twice, whoever goes on. True when the import has ended. `actor`: on whose behalf, with the
/// memberships of now; nullopt: nobody may answer for it any more, and it fails.
Result<bool> import_batch(store::Transaction& tx, const ImportId& id, const std::optional<identity::Actor>& actor,
                          const accounts::AccountService& accounts, TimePoint now);

}  // namespace rapt::users
