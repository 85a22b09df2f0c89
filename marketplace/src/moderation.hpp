// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/store/database.hpp"
#include "repository.hpp"

/// What an operator decides, in the caller's transaction.
namespace rapt::marketplace {

/// Of a version that waits for it. kNotFound, kConflict (it does not wait), kInvalid (the note).
Result<void> decide_review(store::Transaction& transaction, const std::string& module, const std::string& version,
                           bool approved, const std::string& note);

/// All publishers, as JSON.
Result<std::string> list_publishers(store::Transaction& transaction);
Result<void> set_reviewed(store::Transaction& transaction, const std::string& publisher, bool reviewed);
/// Nothing is taken from it any more, and the metadata vouches for nothing of it.
Result<Delegated> suspend(store::Transaction& transaction, const Repository& repository, const std::string& publisher,
                          const std::string& because);
Result<Delegated> resume(store::Transaction& transaction, const Repository& repository, const std::string& publisher);

/// Checks it, gives it an id, and signs all of them anew. kInvalid, kNotFound (the module).
Result<std::string> add_advisory(store::Transaction& transaction, const Repository& repository, Advisory advisory,
                                 TimePoint now);
Result<void> withdraw_advisory(store::Transaction& transaction, const Repository& repository, const std::string& id);
/// All of them, the withdrawn ones, too, as JSON.
Result<std::string> list_advisories(store::Transaction& transaction);

}  // namespace rapt::marketplace
