// SPDX-License-Identifier: AGPL-3.0-or-later
#include "policy_cache.hpp"

#include <utility>

namespace rapt::quota {
namespace {

constexpr std::size_t kMostPolicies = 4096;

}  // namespace

std::shared_ptr<const Policy> PolicyCache::present_policy(const std::string& key, std::int64_t version,
                                                          TimePoint now) const {
  const std::lock_guard lock(mutex_);
  const auto found = policies_.find(key);
  const bool holds = found != policies_.end() && found->second->version >= version && now < found->second->ends &&
                     now >= found->second->since;
  return holds ? found->second : nullptr;
}

std::shared_ptr<const Catalog> PolicyCache::present_catalog(std::int64_t version) const {
  const std::lock_guard lock(mutex_);
  return catalog_ && catalog_->version >= version ? catalog_ : nullptr;
}

/// Full means that payers come and go: begin anew rather than remember who came when.
void PolicyCache::keep(const std::string& key, std::shared_ptr<const Policy> policy) {
  const std::lock_guard lock(mutex_);
  if (policies_.size() >= kMostPolicies) policies_.clear();
  policies_[key] = std::move(policy);
}

Task<Result<PolicyCache::Found>> PolicyCache::find(GroupId group, ClassId class_id, std::optional<std::int64_t> version,
                                                   TimePoint now) {
  if (!version) {
    const auto read = co_await load_version(database_);
    if (!read) co_return read.error();
    version = *read;
  }
  const auto key = group.str() + "/" + class_id.str();
  Found found{present_policy(key, *version, now), present_catalog(*version)};
  if (!found.policy) {
    auto loaded = co_await load_policy(database_, std::move(group), std::move(class_id), now);
    if (!loaded) co_return loaded.error();
    found.policy = std::make_shared<const Policy>(std::move(*loaded));
    keep(key, found.policy);
  }
  if (!found.catalog) {
    auto loaded = co_await load_catalog(database_);
    if (!loaded) co_return loaded.error();
    found.catalog = std::make_shared<const Catalog>(std::move(*loaded));
    const std::lock_guard lock(mutex_);
    if (!catalog_ || catalog_->version < found.catalog->version) catalog_ = found.catalog;
  }
  co_return found;
}

}  // namespace rapt::quota
