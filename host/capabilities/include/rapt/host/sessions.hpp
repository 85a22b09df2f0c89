// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "rapt/host/capabilities.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::host {

/// What a module sees instead of a user's id (host/modules' pseudonym.hpp). Thread-safe.
using PseudonymOf =
    std::function<std::string(const std::string& tool_id, const std::string& module, const std::string& user_id)>;

/// rapt.sessions: conversations and runs, read afterwards: those of tools to which the module was attached when they
/// took place and is attached today; in a call that a person caused, those of them that the person may read.
/// Thread-safe; the database must outlive it.
class SessionsCapability final : public Capability {
 public:
  SessionsCapability(store::Database& database, PseudonymOf pseudonym)
      : database_(database), pseudonym_(std::move(pseudonym)) {}
  Task<ServiceAnswer> call(ServiceRequest request) override;

 private:
  store::Database& database_;
  PseudonymOf pseudonym_;
};

}  // namespace rapt::host
