// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ceremony.hpp"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "chain.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr std::size_t kShortestId = 8;

Result<void> remove_key(tuf::Role& role, const std::string& name, const std::string& id) {
  if (id.size() < kShortestId)
    return Error::invalid(name, "Name a key by at least " + std::to_string(kShortestId) + " characters of its id.");
  const auto named =
      std::count_if(role.key_ids.begin(), role.key_ids.end(), [&id](const auto& one) { return one.starts_with(id); });
  if (named != 1)
    return Error::invalid(
        name, (named == 0 ? "The role has no key " : "The role has several keys ") + printable(id, 64) + ".");
  std::erase_if(role.key_ids, [&id](const auto& one) { return one.starts_with(id); });
  return {};
}

Result<void> change_role(tuf::Role& role, const std::string& name, const RoleChange& change, Keys& keys) {
  for (const auto& id : change.remove) RAPT_TRY(remove_key(role, name, id));
  for (const auto& key : change.add) {
    auto written = tuf::key_of(key);
    auto id = tuf::id_of(written);
    if (std::find(role.key_ids.begin(), role.key_ids.end(), id) == role.key_ids.end()) role.key_ids.push_back(id);
    keys.insert_or_assign(std::move(id), std::move(written));
  }
  std::sort(role.key_ids.begin(), role.key_ids.end());
  if (change.threshold) role.threshold = *change.threshold;
  if (role.key_ids.empty()) return Error::invalid(name, "The role would have no key.");
  if (role.threshold < 1 || static_cast<std::size_t>(role.threshold) > role.key_ids.size()) {
    return Error::invalid(name, "A threshold of " + std::to_string(role.threshold) + " does not fit " +
                                    std::to_string(role.key_ids.size()) + " keys.");
  }
  return {};
}

void drop_unused(Keys& keys, const std::vector<const tuf::Role*>& roles) {
  std::set<std::string> used;
  for (const auto* role : roles) used.insert(role->key_ids.begin(), role->key_ids.end());
  std::erase_if(keys, [&used](const auto& key) { return !used.contains(key.first); });
}

/// The order in which clients ask: releases, the publishers by name, community, registry.
int rank(const tuf::DelegatedRole& role) {
  if (role.name == kReleasesRole) return 0;
  if (role.name == kCommunityRole) return 2;
  return role.name == kRegistryRole ? 3 : 1;
}

Result<void> change_delegations(tuf::Targets& targets, const RoleChanges& changes) {
  auto& delegations = targets.delegations;
  for (const auto& [name, change] : changes) {
    if (name != kReleasesRole && name != kCommunityRole && name != kRegistryRole)
      return Error::invalid(name, "The targets have no role of this name: releases, community or registry.");
    const auto* before = delegation_of(targets, name);
    auto role = before == nullptr ? tuf::Role{} : before->role;
    RAPT_TRY(change_role(role, name, change, delegations.keys));
    std::erase_if(delegations.roles, [&wanted = name](const auto& one) { return one.name == wanted; });
    delegations.roles.push_back(lay_out(name, std::move(role)));
  }
  return {};
}

Result<void> admit_one(tuf::Targets& targets, const Admitted& publisher) {
  if (!bundle::is_valid_name(publisher.name))
    return Error::invalid("publishers", printable(publisher.name, 80) + " is no publisher's name.");
  drop_delegation(targets, publisher_role(publisher.name));
  tuf::Role role;
  RAPT_TRY(change_role(role, publisher.name, {publisher.keys, {}, 1}, targets.delegations.keys));
  targets.delegations.roles.push_back(publisher_delegation(publisher.name, std::move(role), true));
  return {};
}

Result<Admitted> to_publisher(const json& one) {
  Admitted out;
  out.name = one.at("name").get<std::string>();
  for (const auto& key : one.at("keys")) {
    if (key.contains("revoked_at") && !key["revoked_at"].is_null()) continue;
    const auto read = security::PublicKey::from_text(key.at("public_key").get_ref<const std::string&>());
    if (!read) return Error::invalid(printable(out.name, 80), "It has a public key that is none.");
    out.keys.push_back(*read);
  }
  return out;
}

}  // namespace

Result<tuf::Root> change_root(tuf::Root before, const RoleChanges& changes, TimePoint expires) {
  for (const auto& [name, change] : changes) {
    if (name != "root" && name != "targets" && name != "snapshot" && name != "timestamp")
      return Error::invalid(name, "A root has no role of this name: root, targets, snapshot or timestamp.");
    RAPT_TRY(change_role(before.roles[name], name, change, before.keys));
  }
  for (const char* needed : {"root", "targets", "snapshot", "timestamp"}) {
    if (!before.roles.contains(needed)) return Error::invalid(needed, "The role needs a key.");
  }
  std::vector<const tuf::Role*> roles;
  for (const auto& [name, role] : before.roles) roles.push_back(&role);
  drop_unused(before.keys, roles);
  ++before.version;
  before.expires = expires;
  before.consistent_snapshot = true;
  return before;
}

Result<tuf::Targets> change_targets(tuf::Targets before, const TargetsChange& change, TimePoint expires) {
  auto& delegations = before.delegations;
  RAPT_TRY(change_delegations(before, change.roles));
  for (const auto& name : change.expel) {
    if (delegation_of(before, publisher_role(name)) == nullptr)
      return Error::invalid(printable(name, 80), "The targets do not admit this publisher.");
    drop_delegation(before, publisher_role(name));
  }
  for (const auto& publisher : change.admit) RAPT_TRY(admit_one(before, publisher));
  for (const auto needed : {kCommunityRole, kRegistryRole}) {
    if (delegation_of(before, needed) == nullptr) return Error::invalid(std::string(needed), "The role needs a key.");
  }
  std::sort(delegations.roles.begin(), delegations.roles.end(),
            [](const auto& a, const auto& b) { return std::pair(rank(a), a.name) < std::pair(rank(b), b.name); });
  std::vector<const tuf::Role*> roles;
  for (const auto& one : delegations.roles) roles.push_back(&one.role);
  drop_unused(delegations.keys, roles);
  ++before.version;
  before.expires = expires;
  return before;
}

Result<std::vector<Admitted>> parse_publishers(std::string_view text) {
  try {
    const auto document = json::parse(text);
    const auto& list = document.is_array()               ? document
                       : document.contains("publishers") ? document.at("publishers")
                                                         : document.at("data");
    std::vector<Admitted> out;
    for (const auto& one : list) {
      if (one.contains("suspended_because") && !one["suspended_because"].is_null()) continue;
      auto publisher = to_publisher(one);
      if (!publisher) return publisher.error();
      if (!publisher->keys.empty()) out.push_back(std::move(*publisher));
    }
    return out;
  } catch (const json::exception& error) {
    return Error::invalid("publishers",
                          "This is no list of publishers with their keys: " + printable(error.what()) + ".");
  }
}

}  // namespace rapt::marketplace
