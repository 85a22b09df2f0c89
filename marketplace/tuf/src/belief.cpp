// SPDX-License-Identifier: AGPL-3.0-or-later
#include "belief.hpp"

#include <algorithm>
#include <set>

#include "attack.hpp"
#include "hashes.hpp"
#include "pem_key.hpp"

namespace rapt::tuf {
namespace {

std::set<std::string> keys_of(const Root& root, const std::string& role) {
  std::set<std::string> out;
  for (const auto& id : root.roles.at(role).key_ids)
    if (const auto key = root.keys.find(id); key != root.keys.end()) out.insert(identity_of(key->second));
  return out;
}

std::string role_of(const std::string& file) {
  return file.ends_with(".json") ? file.substr(0, file.size() - 5) : file;
}

}  // namespace

template <class T>
Result<void> believe_signatures(std::string_view name, const Signed<T>& file, const Role& role,
                                const std::map<std::string, Key>& keys) {
  const auto count = valid_signatures(file.canonical, file.signatures, role, keys);
  if (count < role.threshold) return attack::wrong_keys(name, count, role.threshold);
  return {};
}

template Result<void> believe_signatures(std::string_view, const Signed<Root>&, const Role&,
                                         const std::map<std::string, Key>&);
template Result<void> believe_signatures(std::string_view, const Signed<Timestamp>&, const Role&,
                                         const std::map<std::string, Key>&);
template Result<void> believe_signatures(std::string_view, const Signed<Snapshot>&, const Role&,
                                         const std::map<std::string, Key>&);
template Result<void> believe_signatures(std::string_view, const Signed<Targets>&, const Role&,
                                         const std::map<std::string, Key>&);

Result<void> believe_bytes(std::string_view name, std::string_view bytes, const FileMeta& meta) {
  if (meta.length && bytes.size() != *meta.length)
    return attack::mix(name, "it has another length than is vouched for.");
  if (meta.hashes.empty()) return {};
  Hashes hashes(meta.hashes);
  hashes.add(bytes);
  if (!hashes.fit()) return attack::mix(name, "it has another hash than is vouched for.");
  return {};
}

Result<void> believe_next_root(const Root& old, const Signed<Root>& next) {
  RAPT_TRY(believe_signatures("root", next, old.roles.at("root"), old.keys));
  RAPT_TRY(believe_signatures("root", next, next.document.roles.at("root"), next.document.keys));
  if (next.document.version < old.version + 1) return attack::rollback("root", next.document.version, old.version);
  if (next.document.version > old.version + 1)
    return attack::mix("root", "version " + std::to_string(next.document.version) + " came for version " +
                                   std::to_string(old.version + 1) + ".");
  return {};
}

Result<void> believe_newer(const Timestamp& next, const Timestamp* old) {
  if (old == nullptr) return {};
  if (next.version < old->version) return attack::rollback("timestamp", next.version, old->version);
  if (next.snapshot.version < old->snapshot.version)
    return attack::rollback("snapshot", next.snapshot.version, old->snapshot.version);
  return {};
}

Result<void> believe_newer(const Snapshot& next, const Snapshot* old) {
  if (old == nullptr) return {};
  for (const auto& [file, meta] : old->meta) {
    const auto now = next.meta.find(file);
    if (now == next.meta.end()) return attack::vanished(role_of(file));
    if (now->second.version < meta.version) return attack::rollback(role_of(file), now->second.version, meta.version);
  }
  return {};
}

Result<void> believe_version(std::string_view name, std::int64_t version, const FileMeta& meta,
                             std::string_view said_by) {
  if (version == meta.version) return {};
  return attack::mix(name, "it is version " + std::to_string(version) + " where the " + std::string(said_by) +
                               " names version " + std::to_string(meta.version) + ".");
}

Result<void> believe_fresh(std::string_view name, TimePoint expires, TimePoint now) {
  if (expires > now) return {};
  return name == "timestamp" ? attack::freeze(expires) : attack::expired(name, expires);
}

bool lost_key(const Root& old, const Root& next, const std::string& role) {
  const auto before = keys_of(old, role), after = keys_of(next, role);
  return !std::includes(after.begin(), after.end(), before.begin(), before.end());
}

}  // namespace rapt::tuf
