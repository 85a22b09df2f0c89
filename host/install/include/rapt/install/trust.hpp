// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/store/database.hpp"

namespace rapt::install {

/// A publisher's key that an administrator of this installation has agreed to believe: the table trusted_publishers,
/// which counts on every host. The keys in the folder VAR/trust count on their own host, beside these.
struct TrustedKey {
  std::string publisher;
  security::PublicKey key;
  std::string source;    ///< the address of the registry whose metadata named it
  std::string added_by;  ///< who agreed
  TimePoint added_at{};  ///< set by the database
};

/// All that count, by publisher. kInvalid when a stored key is none.
Result<std::vector<TrustedKey>> trusted_keys(store::Transaction& tx);
/// From now on they count, also those that were removed before.
Result<void> trust_keys(store::Transaction& tx, const std::vector<TrustedKey>& keys);
/// They count no longer: all of the publisher's, or the one with this id. Those that went.
Result<std::vector<std::string>> distrust_keys(store::Transaction& tx, const std::string& publisher,
                                               const std::string& key_id = "");
/// `folder` and what the table adds to it.
Result<bundle::TrustStore> with_trusted_keys(store::Transaction& tx, bundle::TrustStore folder);

}  // namespace rapt::install
