// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/store/database.hpp"
#include "rapt/tuf/metadata.hpp"

/// The tables tuf_metadata and tuf_targets.
namespace rapt::marketplace::documents {

struct Stored {
  std::int64_t version = 0;
  std::string file;
};

/// Everything that changes metadata takes turns until its transaction ends.
Result<void> lock(store::Transaction& transaction);
/// The newest document of a role.
Result<std::optional<Stored>> current(store::Transaction& transaction, std::string_view role);
Result<std::optional<std::string>> of_version(store::Transaction& transaction, std::string_view role,
                                              std::int64_t version);
/// kConflict when the role has this version already.
Result<void> insert(store::Transaction& transaction, std::string_view role, std::int64_t version, std::string_view file,
                    TimePoint expires, TimePoint now);
/// What a snapshot says of each role's newest document.
Result<std::map<std::string, tuf::FileMeta>> all_meta(store::Transaction& transaction);
/// When the newest document of each of these roles expires; a role without one is missing.
Result<std::map<std::string, TimePoint>> expiries(store::Transaction& transaction,
                                                  const std::vector<std::string>& roles);
/// Deletes what was superseded before `then`, of a role that is signed online.
Result<void> prune(store::Transaction& transaction, std::string_view role, TimePoint then);

/// Keeps a small target; drops those of its path that were superseded before `then`.
Result<void> put_target(store::Transaction& transaction, std::string_view path, std::string_view sha256,
                        std::string_view bytes, TimePoint now, TimePoint then);

/// For readers: of the current version when `version` is none. kNotFound.
Task<Result<std::string>> read(store::Database& database, std::string role, std::optional<std::int64_t> version);

}  // namespace rapt::marketplace::documents
