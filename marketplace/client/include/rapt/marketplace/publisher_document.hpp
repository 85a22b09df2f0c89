// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/tuf/metadata.hpp"

/// The document in which a publisher vouches for its modules: what stands in it, the same for the author who signs it
/// and the registry that compares it.
namespace rapt::marketplace {

/// So long a publisher's document is good for; `rapt publisher renew` signs it anew.
inline constexpr std::chrono::days kDocumentLife{395};

/// What a publisher signs about a version: as its manifest says, on this channel. `released_at` and `yanked` are the
/// publisher's to set.
ModuleRelease release_of(const bundle::Manifest& manifest, Channel channel);

/// A bundle that is to be vouched for.
struct NewTarget {
  ModuleRelease release;
  std::string sha256;
  std::uint64_t bytes = 0;
};

/// The document that follows `current` (nullopt: the first one), not signed yet: one version higher, good from now on.
tuf::Targets next_document(const std::optional<tuf::Targets>& current, TimePoint now,
                           std::chrono::days life = kDocumentLife);
/// Puts a version in. kConflict when the document vouches for other bytes under this name already.
Result<void> add_target(tuf::Targets& document, const NewTarget& target);
/// Sets why a version should no longer be installed; "" when it may again. kNotFound.
Result<void> set_yanked(tuf::Targets& document, const std::string& publisher, const std::string& module,
                        const std::string& version, const std::string& because);

}  // namespace rapt::marketplace
