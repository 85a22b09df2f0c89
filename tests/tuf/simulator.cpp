// SPDX-License-Identifier: AGPL-3.0-or-later
#include "simulator.hpp"

#include <openssl/evp.h>

#include <array>

#include "rapt/security/crypto.hpp"

namespace rapt::tuf::testing {
namespace {

using nlohmann::json;

std::string hash(const std::string& algorithm, const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_get_digestbyname(algorithm.c_str()), nullptr);
  return security::to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

bool is_targets(const std::string& role) {
  return role != "root" && role != "timestamp" && role != "snapshot";
}

}  // namespace

Simulator::Simulator(const Clock& clock) : clock_(clock) {
  const auto part = [&](const char* type, json more) {
    json out{{"_type", type}, {"spec_version", "1.0.31"}, {"version", 1}, {"expires", in_days(30)}};
    out.update(more);
    return out;
  };
  parts_["targets"] = part("targets", {{"targets", json::object()}});
  parts_["snapshot"] = part("snapshot", {{"meta", json::object()}});
  parts_["timestamp"] = part("timestamp", {{"meta", json::object()}});
  parts_["root"] = part("root", {{"consistent_snapshot", true}, {"keys", json::object()}, {"roles", json::object()}});
  for (const auto* role : {"root", "timestamp", "snapshot", "targets"}) {
    parts_["root"]["roles"][role] = {{"keyids", json::array()}, {"threshold", 1}};
    add_key(role);
  }
  publish({"targets", "snapshot", "timestamp", "root"});
}

std::string Simulator::in_days(int days) const {
  auto text = to_rfc3339(clock_.now() + days * kDay);
  return text.substr(0, 19) + "Z";
}

void Simulator::publish(const std::vector<std::string>& roles) {
  for (const auto& role : roles) {
    auto& part = parts_.at(role);
    if (files_.contains(role)) part["version"] = part["version"].get<int>() + 1;
    json signatures = json::array();
    const auto bytes = canonical_text(part);
    for (const auto& signer : signers_[role])
      signatures.push_back({{"keyid", signer.id()}, {"sig", signer.sign(bytes)}});
    files_[role].push_back(json{{"signatures", signatures}, {"signed", part}}.dump(1));
    note(role, files_[role].back());
  }
}

void Simulator::note(const std::string& role, const std::string& file) {
  json meta{{"version", parts_.at(role)["version"]}};
  if (hashes) {
    meta["length"] = file.size();
    meta["hashes"] = {{"sha256", hash("sha256", file)}};
  }
  if (is_targets(role)) parts_["snapshot"]["meta"][role + ".json"] = meta;
  if (role == "snapshot") parts_["timestamp"]["meta"]["snapshot.json"] = meta;
}

void Simulator::add_key(const std::string& role, const Signer& signer, const std::string& delegator) {
  auto& keys = delegator.empty() ? parts_["root"]["keys"] : parts_[delegator]["delegations"]["keys"];
  keys[signer.id()] = signer.key();
  signers_[role].push_back(signer);
  if (delegator.empty()) {
    parts_["root"]["roles"][role]["keyids"].push_back(signer.id());
    return;
  }
  for (auto& entry : parts_[delegator]["delegations"]["roles"])
    if (entry["name"] == role) entry["keyids"].push_back(signer.id());
}

void Simulator::rotate_keys(const std::string& role) {
  parts_["root"]["roles"][role]["keyids"] = json::array();
  signers_[role].clear();
  add_key(role);
}

void Simulator::delegate(const Delegation& delegation) {
  auto& delegations = parts_[delegation.delegator]["delegations"];
  if (delegations.is_null()) delegations = {{"keys", json::object()}, {"roles", json::array()}};
  delegations["roles"].push_back({{"name", delegation.name},
                                  {"keyids", json::array()},
                                  {"threshold", 1},
                                  {"terminating", delegation.terminating},
                                  {"paths", delegation.paths}});
  add_key(delegation.name, Signer::make(), delegation.delegator);
  if (!parts_.contains(delegation.name))
    parts_[delegation.name] = {{"_type", "targets"},
                               {"spec_version", "1.0.31"},
                               {"version", 1},
                               {"expires", in_days(30)},
                               {"targets", json::object()}};
}

void Simulator::delegate_bins(int bits) {
  const auto signer = Signer::make();
  parts_["targets"]["delegations"] = {
      {"keys", {{signer.id(), signer.key()}}},
      {"succinct_roles", {{"keyids", {signer.id()}}, {"threshold", 1}, {"bit_length", bits}, {"name_prefix", "bin"}}}};
  const auto digits = static_cast<std::size_t>((bits + 3) / 4);
  for (int bin = 0; bin < 1 << bits; ++bin) {
    std::string number(digits, '0');
    for (std::size_t i = 0; i < digits; ++i) number[digits - 1 - i] = "0123456789abcdef"[bin >> 4 * i & 15];
    const auto name = "bin-" + number;
    parts_[name] = {{"_type", "targets"},
                    {"spec_version", "1.0.31"},
                    {"version", 1},
                    {"expires", in_days(30)},
                    {"targets", json::object()}};
    signers_[name] = {signer};
    publish({name});
  }
}

void Simulator::add_target(const std::string& role, const std::string& path, const std::string& bytes,
                           const std::vector<std::string>& algorithms) {
  json of = json::object();
  for (const auto& algorithm : algorithms) of[algorithm] = hash(algorithm, bytes);
  parts_[role]["targets"][path] = {{"length", bytes.size()}, {"hashes", of}};
  artifacts_[path] = bytes;
}

std::optional<std::string> Simulator::metadata(const std::string& file) {
  auto name = file.substr(0, file.size() - std::string_view(".json").size());
  std::optional<int> version;
  if (name != "timestamp" && (parts_["root"]["consistent_snapshot"] == true || name.ends_with(".root"))) {
    version = std::stoi(name);
    name = name.substr(name.find('.') + 1);
  }
  {
    const std::lock_guard guard(lock_);
    asked_.emplace_back(name, version);
  }
  const auto found = files_.find(name);
  if (found == files_.end() || found->second.empty()) return std::nullopt;
  const auto at = version ? static_cast<std::size_t>(*version) : found->second.size();
  if (at < 1 || at > found->second.size()) return std::nullopt;
  return found->second[at - 1];
}

std::optional<std::string> Simulator::target(const std::string& file) {
  const auto begin = file.find_last_of('/') + 1;
  auto path = file;
  if (parts_["root"]["consistent_snapshot"] == true) path.erase(begin, file.find('.', begin) + 1 - begin);
  const std::lock_guard guard(lock_);
  targets_asked_.push_back(file);
  const auto found = artifacts_.find(path);
  return found == artifacts_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Asked> Simulator::asked() const {
  const std::lock_guard guard(lock_);
  return asked_;
}

std::vector<std::string> Simulator::targets_asked() const {
  const std::lock_guard guard(lock_);
  return targets_asked_;
}

void Simulator::forget_asked() {
  const std::lock_guard guard(lock_);
  asked_.clear();
  targets_asked_.clear();
}

}  // namespace rapt::tuf::testing
