// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/providers/provider.hpp"
#include "rapt/store/database.hpp"

/// The tables of providers.
namespace rapt::providers {

/// A provider with its secrets as they are stored.
struct Stored {
  Provider provider;
  std::optional<std::string> sealed_secrets;
};

extern const store::Statement kOffered, kLookup, kLinks;

/// By title. Without domains' order meaning anything.
Result<std::vector<Stored>> load_all(store::Transaction& tx);
/// kNotFound. `lock`: no change of it until the transaction ends.
Result<Stored> load(store::Transaction& tx, const std::string& name, bool lock);
Result<void> insert(store::Transaction& tx, const Stored& stored, TimePoint now);
Result<void> update(store::Transaction& tx, const Stored& stored);
Result<void> erase(store::Transaction& tx, const std::string& name);
Result<bool> group_stands(store::Transaction& tx, const GroupId& group);

}  // namespace rapt::providers
