// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "policy.hpp"

namespace rapt::quota {

/// Policies and models as they were under the newest version that anybody has seen. Thread-safe.
class PolicyCache {
 public:
  explicit PolicyCache(store::Database& database) : database_(database) {}

  /// As of `version` or newer; without one, a statement asks for it.
  struct Found {
    std::shared_ptr<const Policy> policy;
    std::shared_ptr<const Catalog> catalog;
  };
  Task<Result<Found>> find(GroupId group, ClassId class_id, std::optional<std::int64_t> version, TimePoint now);

 private:
  std::shared_ptr<const Policy> present_policy(const std::string& key, std::int64_t version, TimePoint now) const;
  std::shared_ptr<const Catalog> present_catalog(std::int64_t version) const;
  void keep(const std::string& key, std::shared_ptr<const Policy> policy);

  store::Database& database_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Policy>> policies_;
  std::shared_ptr<const Catalog> catalog_;
};

}  // namespace rapt::quota
