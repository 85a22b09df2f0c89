// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/base/result.hpp"
#include "rapt/store/guest.hpp"

namespace rapt::bundle {
struct Bundle;
}
namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Transaction;
}

namespace rapt::host {

/// What a sealed password is about.
std::string module_login_seal(const std::string& module);

/// Schemas and roles of modules with the permission "sql": one of each a module. Blocks; on pool threads, thread-safe.
class ModuleSchemas {
 public:
  /// `url`: the host's database. `box` must outlive it.
  ModuleSchemas(std::string url, const security::SecretBox& box) : url_(std::move(url)), box_(box) {}

  /// Makes what is missing: a role that may log in, with a random password, and its schema; takes from PUBLIC what a
  /// module must not have. True when the schema is new. To be committed before bring(). kConflict, with what to do,
  /// when the host's account may not make roles.
  Result<bool> ensure(store::Transaction& tx, const std::string& module) const;
  /// Brings the schema to where the bundle wants it, as the module's role and in one transaction: applies what is
  /// missing, takes back what it does not know. kConflict names file, line and what PostgreSQL said; nothing is changed
  /// then. Also kConflict when the role can reach anything but its schema.
  Result<void> bring(store::Transaction& tx, const bundle::Bundle& bundle) const;
  /// Drops schema and role with everything in them. False when there were none.
  Result<bool> drop(store::Transaction& tx, const std::string& module) const;
  /// drop(), and the module's values (kv). False when there was nothing.
  Result<bool> purge(store::Transaction& tx, const std::string& module) const;

 private:
  Result<std::optional<store::GuestLogin>> login(store::Transaction& tx, const std::string& module) const;

  std::string url_;
  const security::SecretBox& box_;
};

}  // namespace rapt::host
