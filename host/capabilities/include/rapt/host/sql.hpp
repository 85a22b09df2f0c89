// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "rapt/host/capabilities.hpp"
#include "rapt/store/guest.hpp"

namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Database;
}

namespace rapt::host {

/// rapt.sql: statements of modules, each under the module's own login (module_schema.hpp). Thread-safe; `database` and
/// `box` must outlive it.
class SqlCapability final : public Capability {
 public:
  /// `url`: the host's database.
  SqlCapability(store::Database& database, const security::SecretBox& box, std::string url)
      : database_(database), box_(box), guests_(std::move(url)) {}
  Task<ServiceAnswer> call(ServiceRequest request) override;

 private:
  Task<Result<store::GuestLogin>> login(std::string module);
  void forget(const std::string& module);

  store::Database& database_;
  const security::SecretBox& box_;
  store::Guests guests_;
  std::mutex mutex_;
  std::map<std::string, store::GuestLogin> logins_;
};

}  // namespace rapt::host
