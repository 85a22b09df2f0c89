// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>

#include "rapt/agent/looker.hpp"

namespace rapt {
class Clock;
namespace config {
struct Settings;
}
}  // namespace rapt

namespace rapt::api {

/// Looks for releases of the platform where no `rapt agent` does it (DEPLOYMENT_TYPE is not set), so that
/// administrators hear of new ones there, too. One host of all looks.
class PlatformLooks {
 public:
  /// All outlive it.
  PlatformLooks(const config::Settings& settings, store::Database& database, const security::SecretBox& box,
                http::Client& client, const Clock& clock);
  /// Until stop(); at once where an agent looks, or no registry is set.
  Task<void> run();
  Task<void> stop();

 private:
  std::unique_ptr<agent::RegistryReleases> releases_;
  std::unique_ptr<agent::Looker> looker_;
};

}  // namespace rapt::api
