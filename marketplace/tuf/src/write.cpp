// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "json_tree.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/tuf/metadata.hpp"

namespace rapt::tuf {
namespace {

using nlohmann::json;

json key_json(const Key& key) {
  return {{"keytype", key.type}, {"scheme", key.scheme}, {"keyval", {{"public", key.value}}}};
}

json keys_json(const std::map<std::string, Key>& keys) {
  json out = json::object();
  for (const auto& [id, key] : keys) out[id] = key_json(key);
  return out;
}

json role_json(const Role& role) {
  return {{"keyids", role.key_ids}, {"threshold", role.threshold}};
}

json meta_json(const FileMeta& meta) {
  json out{{"version", meta.version}};
  if (meta.length) out["length"] = *meta.length;
  if (!meta.hashes.empty()) out["hashes"] = meta.hashes;
  return out;
}

json target_json(const Target& target) {
  json out{{"length", target.length}, {"hashes", target.hashes}};
  if (!target.custom_json.empty()) out["custom"] = json::parse(target.custom_json);
  return out;
}

json delegated_json(const DelegatedRole& role) {
  json out = role_json(role.role);
  out["name"] = role.name;
  out["terminating"] = role.terminating;
  if (role.path_hash_prefixes.empty()) {
    out["paths"] = role.paths;
  } else {
    out["path_hash_prefixes"] = role.path_hash_prefixes;
  }
  return out;
}

json delegations_json(const Delegations& delegations) {
  json out{{"keys", keys_json(delegations.keys)}};
  if (delegations.succinct) {
    auto succinct = role_json(delegations.succinct->role);
    succinct["bit_length"] = delegations.succinct->bit_length;
    succinct["name_prefix"] = delegations.succinct->name_prefix;
    out["succinct_roles"] = std::move(succinct);
    return out;
  }
  out["roles"] = json::array();
  for (const auto& role : delegations.roles) out["roles"].push_back(delegated_json(role));
  return out;
}

/// Whole seconds, as every reader of the framework expects.
std::string time_text(TimePoint time) {
  auto text = to_rfc3339(time);
  text.resize(text.find_first_of(".Z"));
  return text + "Z";
}

template <class Document>
json common(std::string_view type, const Document& document) {
  return {{"_type", type},
          {"spec_version", kSpecification},
          {"version", document.version},
          {"expires", time_text(document.expires)}};
}

}  // namespace

std::string canonical(const Root& document) {
  auto out = common("root", document);
  out["consistent_snapshot"] = document.consistent_snapshot;
  out["keys"] = keys_json(document.keys);
  out["roles"] = json::object();
  for (const auto& [name, role] : document.roles) out["roles"][name] = role_json(role);
  return canonical_json(out);
}

std::string canonical(const Timestamp& document) {
  auto out = common("timestamp", document);
  out["meta"] = {{"snapshot.json", meta_json(document.snapshot)}};
  return canonical_json(out);
}

std::string canonical(const Snapshot& document) {
  auto out = common("snapshot", document);
  out["meta"] = json::object();
  for (const auto& [file, meta] : document.meta) out["meta"][file] = meta_json(meta);
  return canonical_json(out);
}

std::string canonical(const Targets& document) {
  auto out = common("targets", document);
  out["targets"] = json::object();
  for (const auto& [path, target] : document.targets) out["targets"][path] = target_json(target);
  const auto& delegations = document.delegations;
  if (!delegations.roles.empty() || !delegations.keys.empty() || delegations.succinct)
    out["delegations"] = delegations_json(delegations);
  return canonical_json(out);
}

std::string encode(std::string_view canonical, const std::vector<Signature>& signatures) {
  json list = json::array();
  for (const auto& signature : signatures) list.push_back({{"keyid", signature.key_id}, {"sig", signature.value}});
  return R"({"signatures":)" + valid_json(canonical_json(list)) + R"(,"signed":)" + valid_json(canonical) + "}";
}

std::string id_of(const Key& key) {
  return security::hex(security::sha256(canonical_json(key_json(key))));
}

}  // namespace rapt::tuf
