// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"
#include "rapt/tuf/metadata.hpp"

/// What a document must be before the registry takes it in: the same rules for the server and for ceremonies.
namespace rapt::marketplace {

using SignedRoot = tuf::Signed<tuf::Root>;
using SignedTargets = tuf::Signed<tuf::Targets>;
using Keys = std::map<std::string, tuf::Key>;

inline constexpr int kMostPublisherDays = 400;  ///< how far ahead a publisher's document may expire

/// Which keys of the role have signed, without repetition.
std::vector<std::string> signers(std::string_view canonical, const std::vector<tuf::Signature>& signatures,
                                 const tuf::Role& role, const Keys& keys);
/// kForbidden, with who is missing. `what`: "Root 3"; `by`: "root 2".
Result<void> check_signed(std::string_view canonical, const std::vector<tuf::Signature>& signatures,
                          const tuf::Role& role, const Keys& keys, const std::string& what, const std::string& by);

/// kForbidden when a document has expired.
Result<void> check_fresh(const std::string& what, TimePoint expires, TimePoint now);
/// A root that may come after `before`, or be the first. Its own threshold and that of `before` have signed. Its expiry
/// counts only for the last of a chain: check_fresh().
Result<void> check_root(const std::optional<SignedRoot>& before, const SignedRoot& next);
/// Top-level targets: signed as `root` demands, and laid out as layout.hpp says.
Result<void> check_targets(const SignedRoot& root, const SignedTargets& next, TimePoint now);
/// The platform's releases: signed as `targets` demand.
Result<void> check_releases(const SignedTargets& targets, const SignedTargets& next, TimePoint now);
/// A publisher's document: signed as its delegation demands, of its own targets alone, each with a sound custom.
/// `current`: the one before, whose targets have been checked already.
Result<void> check_publisher(const std::string& publisher, const tuf::DelegatedRole& delegation, const Keys& keys,
                             const std::optional<SignedTargets>& current, const SignedTargets& next, TimePoint now);

/// The delegation of this name, or nullptr.
const tuf::DelegatedRole* delegation_of(const tuf::Targets& targets, std::string_view role);
/// Removes a delegation, and the keys that nobody else uses.
void drop_delegation(tuf::Targets& document, std::string_view role);
/// As layout.hpp lays it out. A publisher's own is terminating where a ceremony has admitted it: nobody else, the
/// online keys least of all, is asked about its modules.
tuf::DelegatedRole lay_out(std::string_view role, tuf::Role by);
tuf::DelegatedRole publisher_delegation(const std::string& publisher, tuf::Role by, bool by_ceremony);
/// "publisher-x" -> "x"; "" for other roles.
std::string publisher_of(std::string_view role);

}  // namespace rapt::marketplace
