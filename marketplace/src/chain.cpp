// SPDX-License-Identifier: AGPL-3.0-or-later
#include "chain.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/marketplace/layout.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::string_view kPublisherPrefix = "publisher-";
constexpr std::array<std::string_view, 4> kRootRoles = {"root", "snapshot", "targets", "timestamp"};

Error refused(std::string message) {
  return Error::forbidden(std::move(message));
}

std::string numbered(std::string_view what, std::int64_t version) {
  return std::string(what) + " " + std::to_string(version);
}

Result<void> check_role(const std::string& what, std::string_view name, const tuf::Role& role, const Keys& keys) {
  const auto where = what + ", role " + std::string(name) + ": ";
  const std::set<std::string> different(role.key_ids.begin(), role.key_ids.end());
  if (role.threshold < 1 || different.size() < static_cast<std::size_t>(role.threshold)) {
    return refused(where + "the threshold of " + std::to_string(role.threshold) + " cannot be reached with " +
                   std::to_string(different.size()) + " keys.");
  }
  for (const auto& id : different) {
    const auto key = keys.find(id);
    if (key == keys.end()) return refused(where + "the key " + printable(id, 64) + " is named but not given.");
    if (tuf::id_of(key->second) != id)
      return refused(where + "the key " + printable(id, 64) + " has another id by its bytes.");
  }
  return {};
}

bool is_hex_digest(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<void> check_target(const std::string& path, const tuf::Target& target) {
  const auto sha256 = target.hashes.find("sha256");
  if (sha256 == target.hashes.end() || !is_hex_digest(sha256->second))
    return Error::invalid("targets." + printable(path), "The target has no SHA-256.");
  if (target.length == 0) return Error::invalid("targets." + printable(path), "The target has no bytes.");
  return {};
}

bool same(const tuf::Target& a, const tuf::Target& b) {
  return a.length == b.length && a.hashes == b.hashes && a.custom_json == b.custom_json;
}

/// That the custom says of a target what its path says.
Result<void> check_custom(const std::string& publisher, const std::string& path, const tuf::Target& target) {
  const auto where = "targets." + printable(path);
  auto release = parse_custom(target.custom_json);
  if (!release) return Error::invalid(where, release.error().message);
  if (release->publisher != publisher || module_target(publisher, release->name, release->version) != path)
    return Error::invalid(where, "Its custom tells of another publisher, module or version than its path.");
  return {};
}

Result<void> no_delegations(const std::string& what, const tuf::Targets& document) {
  if (document.delegations.roles.empty() && document.delegations.keys.empty() && !document.delegations.succinct)
    return {};
  return refused(what + " delegates to others, which only the registry's own documents may.");
}

bool same_delegation(const tuf::DelegatedRole& a, const tuf::DelegatedRole& b) {
  return a.name == b.name && a.paths == b.paths && a.path_hash_prefixes == b.path_hash_prefixes &&
         a.terminating == b.terminating;
}

Result<void> check_layout(const std::string& what, const tuf::Targets& document) {
  if (document.delegations.succinct) return refused(what + " delegates to succinct roles, which no registry has.");
  std::set<std::string> seen;
  for (const auto& role : document.delegations.roles) {
    const auto publisher = publisher_of(role.name);
    const bool known = role.name == kReleasesRole || role.name == kCommunityRole || role.name == kRegistryRole ||
                       bundle::is_valid_name(publisher);
    if (!known)
      return refused(what + " delegates to " + printable(role.name, 80) + ", which is no role of a registry.");
    seen.insert(role.name);
    const auto expected =
        publisher.empty() ? lay_out(role.name, role.role) : publisher_delegation(publisher, role.role, true);
    if (!same_delegation(role, expected))
      return refused(what + " delegates other paths to " + role.name + " than " + expected.paths.front() + ".");
    if (!publisher.empty() && seen.contains(std::string(kCommunityRole)))
      return refused(what + " names " + role.name + " after community, which would be asked first.");
    RAPT_TRY(check_role(what, role.name, role.role, document.delegations.keys));
  }
  for (const auto needed : {kCommunityRole, kRegistryRole}) {
    if (!seen.contains(std::string(needed)))
      return refused(what + " does not delegate to " + std::string(needed) +
                     ", without which a registry cannot serve.");
  }
  return {};
}

}  // namespace

Result<void> check_fresh(const std::string& what, TimePoint expires, TimePoint now) {
  if (expires > now) return {};
  return refused(what + " has expired on " + to_rfc3339(expires) + ". Make and sign its next version.");
}

std::vector<std::string> signers(std::string_view canonical, const std::vector<tuf::Signature>& signatures,
                                 const tuf::Role& role, const Keys& keys) {
  std::vector<std::string> out;
  for (const auto& id : role.key_ids) {
    const bool signs = tuf::valid_signatures(canonical, signatures, tuf::Role{{id}, 1}, keys) == 1;
    if (signs && std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
  }
  return out;
}

Result<void> check_signed(std::string_view canonical, const std::vector<tuf::Signature>& signatures,
                          const tuf::Role& role, const Keys& keys, const std::string& what, const std::string& by) {
  if (tuf::valid_signatures(canonical, signatures, role, keys) >= role.threshold) return {};
  const auto valid = signers(canonical, signatures, role, keys);
  std::string missing;
  for (const auto& id : role.key_ids) {
    if (std::find(valid.begin(), valid.end(), id) == valid.end())
      missing += (missing.empty() ? "" : ", ") + printable(id.substr(0, 16), 32);
  }
  return refused(what + " has " + std::to_string(valid.size()) + " of the " + std::to_string(role.threshold) +
                 " signatures that " + by + " demands. Not signed by: " + missing + ".");
}

Result<void> check_root(const std::optional<SignedRoot>& before, const SignedRoot& next) {
  const auto& root = next.document;
  const auto what = numbered("Root", root.version);
  const auto expected = before ? before->document.version + 1 : 1;
  if (root.version != expected)
    return Error::conflict(what + " cannot be taken in: the next one is root " + std::to_string(expected) + ".");
  if (!root.consistent_snapshot)
    return refused(what + " does without consistent snapshots, which this registry needs.");
  for (const auto name : kRootRoles) {
    const auto role = root.roles.find(std::string(name));
    if (role == root.roles.end()) return refused(what + " lacks the role " + std::string(name) + ".");
    RAPT_TRY(check_role(what, name, role->second, root.keys));
  }
  if (before) {
    RAPT_TRY(check_signed(next.canonical, next.signatures, before->document.roles.at("root"), before->document.keys,
                          what, numbered("root", before->document.version)));
  }
  return check_signed(next.canonical, next.signatures, root.roles.at("root"), root.keys, what, "it");
}

Result<void> check_targets(const SignedRoot& root, const SignedTargets& next, TimePoint now) {
  const auto what = numbered("Targets", next.document.version);
  RAPT_TRY(check_signed(next.canonical, next.signatures, root.document.roles.at("targets"), root.document.keys, what,
                        numbered("root", root.document.version)));
  RAPT_TRY(check_fresh(what, next.document.expires, now));
  if (!next.document.targets.empty())
    return refused(what + " has targets of its own; all of them belong to other roles.");
  return check_layout(what, next.document);
}

Result<void> check_releases(const SignedTargets& targets, const SignedTargets& next, TimePoint now) {
  const auto what = numbered("Releases", next.document.version);
  const auto* role = delegation_of(targets.document, kReleasesRole);
  if (role == nullptr)
    return refused("The targets delegate nothing to releases. A ceremony has to name their keys first.");
  RAPT_TRY(check_signed(next.canonical, next.signatures, role->role, targets.document.delegations.keys, what,
                        numbered("targets", targets.document.version)));
  RAPT_TRY(check_fresh(what, next.document.expires, now));
  RAPT_TRY(no_delegations(what, next.document));
  for (const auto& [path, target] : next.document.targets) {
    if (!tuf::matches(*role, path)) return refused(what + " has a target that is no release: " + printable(path) + ".");
    RAPT_TRY(check_target(path, target));
  }
  return {};
}

Result<void> check_publisher(const std::string& publisher, const tuf::DelegatedRole& delegation, const Keys& keys,
                             const std::optional<SignedTargets>& current, const SignedTargets& next, TimePoint now) {
  const auto what = numbered("The document", next.document.version) + " of " + publisher;
  const auto expected = current ? current->document.version + 1 : 1;
  RAPT_TRY(check_signed(next.canonical, next.signatures, delegation.role, keys, what, "the registry"));
  if (next.document.version < expected || (current && next.document.version > expected)) {
    return Error::conflict(what + " does not follow the current one: version " + std::to_string(expected) +
                           " is next. Fetch the current document and begin from it.");
  }
  RAPT_TRY(check_fresh(what, next.document.expires, now));
  if (next.document.expires > now + std::chrono::days(kMostPublisherDays))
    return Error::invalid("expires", "It is more than " + std::to_string(kMostPublisherDays) + " days ahead.");
  RAPT_TRY(no_delegations(what, next.document));
  for (const auto& [path, target] : next.document.targets) {
    if (current) {
      const auto before = current->document.targets.find(path);
      if (before != current->document.targets.end() && same(before->second, target)) continue;
    }
    if (!tuf::matches(delegation, path)) {
      return refused(what + " has a target that is not below modules/" + publisher + "/: " + printable(path) + ".");
    }
    RAPT_TRY(check_target(path, target));
    RAPT_TRY(check_custom(publisher, path, target));
  }
  return {};
}

const tuf::DelegatedRole* delegation_of(const tuf::Targets& targets, std::string_view role) {
  const auto& roles = targets.delegations.roles;
  const auto found = std::find_if(roles.begin(), roles.end(), [role](const auto& one) { return one.name == role; });
  return found == roles.end() ? nullptr : &*found;
}

void drop_delegation(tuf::Targets& document, std::string_view role) {
  std::erase_if(document.delegations.roles, [role](const auto& one) { return one.name == role; });
  std::set<std::string> used;
  for (const auto& one : document.delegations.roles) used.insert(one.role.key_ids.begin(), one.role.key_ids.end());
  std::erase_if(document.delegations.keys, [&used](const auto& key) { return !used.contains(key.first); });
}

tuf::DelegatedRole lay_out(std::string_view role, tuf::Role by) {
  tuf::DelegatedRole out;
  out.name = role;
  out.role = std::move(by);
  out.paths = {role == kReleasesRole ? "releases/*/*" : role == kRegistryRole ? "registry/*" : "modules/*/*/*"};
  out.terminating = role != kCommunityRole;
  return out;
}

tuf::DelegatedRole publisher_delegation(const std::string& publisher, tuf::Role by, bool by_ceremony) {
  tuf::DelegatedRole out;
  out.name = publisher_role(publisher);
  out.role = std::move(by);
  out.paths = {"modules/" + publisher + "/*/*"};
  out.terminating = by_ceremony;
  return out;
}

std::string publisher_of(std::string_view role) {
  return role.starts_with(kPublisherPrefix) ? std::string(role.substr(kPublisherPrefix.size())) : std::string();
}

}  // namespace rapt::marketplace
