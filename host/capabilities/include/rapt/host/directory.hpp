// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>

#include "rapt/base/clock.hpp"
#include "rapt/host/capabilities.hpp"

namespace rapt::accounts {
class AccountService;
}
namespace rapt::store {
class Database;
}

namespace rapt::host {

/// Whether a source of the directory may be called that.
bool is_directory_source(std::string_view text);

/// rapt.directory: users, groups, classes and who belongs where, read and, with the grant "directory:write", changed.
/// In a call that a person caused: what that person may (core/identity's rules); in a job or event by itself:
/// everything but administrators. Thread-safe; all that it is given must outlive it.
class DirectoryCapability final : public Capability {
 public:
  DirectoryCapability(store::Database& database, const Clock& clock, const accounts::AccountService& accounts)
      : database_(database), clock_(clock), accounts_(accounts) {}
  Task<ServiceAnswer> call(ServiceRequest request) override;

 private:
  store::Database& database_;
  const Clock& clock_;
  const accounts::AccountService& accounts_;
};

}  // namespace rapt::host
