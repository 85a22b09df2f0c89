// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/database.hpp"
#include "repository.hpp"

/// Publishers and their keys, as the registry keeps them. Each function works in the caller's transaction, and tells
/// the repository's metadata in it: who is admitted, and by which keys.
namespace rapt::marketplace {

struct NewPublisher {
  std::string name, title, contact, url;
  security::PublicKey key;
  std::string label;
  bool by_operator = false;  ///< reserved and similar names are the operator's to give
};

/// kInvalid (no name), kConflict (taken, similar, a key that is somebody's), kForbidden (reserved).
Result<void> register_publisher(store::Transaction& transaction, const Repository& repository,
                                const NewPublisher& publisher, TimePoint now);
Result<Delegated> add_key(store::Transaction& transaction, const Repository& repository, const std::string& publisher,
                          const security::PublicKey& key, const std::string& label);
/// kNow, kSignAgain, kNextCeremony: what clients make of it. kConflict for the last one: a publisher without a key
/// could say nothing any more.
Result<Delegated> revoke_key(store::Transaction& transaction, const Repository& repository,
                             const std::string& publisher, const std::string& key_id, const std::string& because);

/// A key of a publisher's, also one that is revoked.
struct PublisherKey {
  security::PublicKey key;
  std::string label;
  TimePoint added_at{};
  std::optional<TimePoint> revoked_at;
  std::string revoked_because;
};
/// All of them, oldest first.
Result<std::vector<PublisherKey>> keys_of(store::Transaction& transaction, const std::string& publisher);

/// Tells the metadata which keys count now: after a change of keys, or when a suspended publisher is admitted again.
Result<Delegated> admit_again(store::Transaction& transaction, const Repository& repository,
                              const std::string& publisher);

/// Whether a publisher may call a new module so. kConflict with the similar name, kForbidden when it is reserved.
Result<void> check_module_name(store::Transaction& transaction, const std::string& name, const std::string& publisher,
                               TimePoint now);

/// What `GET /api/publishers/me` tells, as JSON.
Result<std::string> describe_publisher(store::Transaction& transaction, const std::string& publisher);

}  // namespace rapt::marketplace
