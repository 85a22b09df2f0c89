// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ceremony_intake.hpp"

#include <algorithm>

#include "documents.hpp"
#include "rapt/base/text.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::string_view kRoot = "root", kTargets = "targets";

Error misread(std::string_view role, const Error& error) {
  return Error::invalid(std::string(role), error.message);
}

/// Whether the table has this very document. kConflict when it has another one of that number.
Result<bool> is_there(store::Transaction& transaction, std::string_view role, std::int64_t version,
                      std::string_view file) {
  const auto stored = documents::of_version(transaction, role, version);
  if (!stored) return stored.error();
  if (!*stored) return false;
  if (**stored == file) return true;
  return Error::conflict("The registry has another " + std::string(role) + " " + std::to_string(version) +
                         " already. Make the next version in its place.");
}

/// The newest document of a role, read.
template <class Signed, class Parse>
Result<std::optional<Signed>> newest(store::Transaction& transaction, std::string_view role, Parse parse) {
  const auto stored = documents::current(transaction, role);
  if (!stored) return stored.error();
  if (!*stored) return std::optional<Signed>();
  auto read = parse((*stored)->file);
  if (!read) return Error::internal("the stored " + std::string(role) + ": " + read.error().message);
  return std::optional<Signed>(std::move(*read));
}

bool same_keys(const tuf::DelegatedRole* a, const tuf::DelegatedRole& b) {
  return a != nullptr && a->role == b.role;
}

}  // namespace

Result<std::optional<Chain>> load_chain(store::Transaction& transaction) {
  auto root = newest<SignedRoot>(transaction, kRoot, tuf::parse_root);
  if (!root) return root.error();
  auto targets = newest<SignedTargets>(transaction, kTargets, tuf::parse_targets);
  if (!targets) return targets.error();
  if (!*root || !*targets) return std::optional<Chain>();
  return std::optional(Chain{std::move(**root), std::move(**targets)});
}

Result<std::vector<std::string>> CeremonyIntake::take(const std::vector<CeremonyFile>& files) {
  for (const auto& one : files) {
    if (one.role != kRoot && one.role != kTargets && one.role != kReleasesRole)
      return Error::invalid("role", "It is none of root, targets and releases.");
  }
  auto before = load_chain(transaction_);
  if (!before) return before.error();
  before_ = std::move(*before);
  RAPT_TRY(take_roots(files));
  RAPT_TRY(take_targets(files, kTargets));
  RAPT_TRY(take_targets(files, kReleasesRole));
  if (!changed_) return notes_;
  if (!targets_) {
    notes_.emplace_back("The registry can serve once it has targets too.");
    return notes_;
  }
  RAPT_TRY(check_all());
  RAPT_TRY(sign_online());
  return notes_;
}

Result<void> CeremonyIntake::take_roots(const std::vector<CeremonyFile>& files) {
  auto current = newest<SignedRoot>(transaction_, kRoot, tuf::parse_root);
  if (!current) return current.error();
  root_ = std::move(*current);
  std::map<std::int64_t, std::pair<SignedRoot, std::string>> offered;
  for (const auto& one : files) {
    if (one.role != kRoot) continue;
    auto read = tuf::parse_root(one.file);
    if (!read) return misread(kRoot, read.error());
    const auto version = read->document.version;
    if (!offered.emplace(version, std::pair{std::move(*read), one.file}).second)
      return Error::invalid("root", "Version " + std::to_string(version) + " is given twice.");
  }
  bool taken = false;
  for (auto& [version, root] : offered) {
    const auto there = is_there(transaction_, kRoot, version, root.second);
    if (!there) return there.error();
    if (*there) continue;
    RAPT_TRY(check_root(root_, root.first));
    RAPT_TRY(documents::insert(transaction_, kRoot, version, root.second, root.first.document.expires, now_));
    root_ = std::move(root.first);
    taken = true;
  }
  changed_ = changed_ || taken;
  if (!taken) return {};
  return check_fresh("Root " + std::to_string(root_->document.version), root_->document.expires, now_);
}

Result<void> CeremonyIntake::take_targets(const std::vector<CeremonyFile>& files, std::string_view role) {
  auto current = newest<SignedTargets>(transaction_, role, tuf::parse_targets);
  if (!current) return current.error();
  for (const auto& one : files) {
    if (one.role != role) continue;
    if (!root_) return Error::conflict("The registry has no root yet. Hand in 1.root.json first, or with it.");
    if (role != kTargets && !targets_) return Error::conflict("The registry has no targets yet. Hand them in first.");
    auto read = tuf::parse_targets(one.file);
    if (!read) return misread(role, read.error());
    const auto version = read->document.version;
    const auto there = is_there(transaction_, role, version, one.file);
    if (!there) return there.error();
    if (*there) continue;
    if (*current && version <= (*current)->document.version) {
      return Error::conflict("The registry has " + std::string(role) + " " +
                             std::to_string((*current)->document.version) + ", and this is " + std::to_string(version) +
                             ". Make a later version.");
    }
    RAPT_TRY(role == kTargets ? check_targets(*root_, *read, now_) : check_releases(*targets_, *read, now_));
    RAPT_TRY(documents::insert(transaction_, role, version, one.file, read->document.expires, now_));
    touched_[std::string(role) + ".json"] = meta_of(version, one.file);
    *current = std::move(*read);
    changed_ = true;
  }
  if (role == kTargets) targets_ = std::move(*current);
  return {};
}

/// What was not handed in anew still has to be believed under what was.
Result<void> CeremonyIntake::check_all() const {
  if (!touched_.contains("targets.json")) {
    if (auto fits = check_signed(targets_->canonical, targets_->signatures, root_->document.roles.at("targets"),
                                 root_->document.keys, "The current targets document", "the new root");
        !fits) {
      return Error::conflict(
          fits.error().message +
          " Sign the next version of targets by the new keys, and hand it in together with the root.");
    }
  }
  const auto releases = newest<SignedTargets>(transaction_, kReleasesRole, tuf::parse_targets);
  if (!releases) return releases.error();
  if (!*releases || touched_.contains("releases.json")) return {};
  const auto* role = delegation_of(targets_->document, kReleasesRole);
  if (role == nullptr) return Error::conflict("The new targets drop the role releases, which has a document. Keep it.");
  if (auto fits = check_signed((*releases)->canonical, (*releases)->signatures, role->role,
                               targets_->document.delegations.keys, "The current releases document", "the new targets");
      !fits) {
    return Error::conflict(
        fits.error().message +
        " Sign the next version of releases by the new keys, and hand it in together with the targets.");
  }
  return {};
}

/// The online documents, signed by the keys that are now theirs; those that were there are believed by the old ones.
Result<void> CeremonyIntake::sign_online() {
  const Chain after{*root_, *targets_};
  const auto& by = before_ ? *before_ : after;
  auto community = Online::targets(transaction_, by, kCommunityRole);
  if (!community) return community.error();
  auto registry = Online::targets(transaction_, by, kRegistryRole);
  if (!registry) return registry.error();
  auto snapshot = Online::snapshot(transaction_, by);
  if (!snapshot) return snapshot.error();
  for (const auto& role : after.targets.document.delegations.roles) {
    const auto publisher = publisher_of(role.name);
    if (publisher.empty()) continue;
    RAPT_TRY(note_keys(publisher, before_ ? &before_->targets.document : nullptr, *community));
    drop_delegation(*community, role.name);
  }
  if (registry->version == 0) RAPT_TRY(put_advisory_target(transaction_, {}, now_, *registry));
  RAPT_TRY(online_.sign(transaction_, after, kCommunityRole, std::move(*community), touched_));
  RAPT_TRY(online_.sign(transaction_, after, kRegistryRole, std::move(*registry), touched_));
  return online_.announce(transaction_, after, std::move(*snapshot), touched_);
}

/// Tells the operator whose document is no longer believed, because none of its keys now has signed it.
Result<void> CeremonyIntake::note_keys(const std::string& publisher, const tuf::Targets* before_targets,
                                       const tuf::Targets& community) {
  const auto role = publisher_role(publisher);
  const auto& now = *delegation_of(targets_->document, role);
  const auto* then = before_targets == nullptr ? nullptr : delegation_of(*before_targets, role);
  if (then == nullptr) then = delegation_of(community, role);
  if (same_keys(then, now)) return {};
  const auto document = newest<SignedTargets>(transaction_, role, tuf::parse_targets);
  if (!document) return document.error();
  if (*document && tuf::valid_signatures((*document)->canonical, (*document)->signatures, now.role,
                                         targets_->document.delegations.keys) < now.role.threshold) {
    notes_.push_back(publisher +
                     " has to sign its document again: none of the keys that it now has signed the current one. "
                     "Until then nobody believes its modules.");
  }
  return {};
}

}  // namespace rapt::marketplace
