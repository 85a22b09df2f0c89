// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "rapt/http/client.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::marketplace {

/// What the registry says of a release, which nobody has signed: it can only hold the release back.
struct ReleaseWord {
  std::int64_t rollout_percent = 0;  ///< 0 to 100
  std::string halted_because;        ///< "" when it is not
};
/// By version.
using ReleaseWords = std::map<std::string, ReleaseWord>;

/// By what a registry knows an instance that reports.
struct InstanceKey {
  std::string id, token;  ///< the token is a secret
};

/// All that an instance ever tells. docs/registry.md lists the fields.
struct InstanceReport {
  std::string version;
  Channel channel = Channel::kStable;
  std::string deployment_type;                 ///< "bare", "docker", "kubernetes", "heroku"
  std::map<std::string, std::string> modules;  ///< name -> version
  std::string update_state;                    ///< "updating", "healthy", "rolled_back", "failed"; "" for no update
  std::string update_version;
};

/// What a registry says of releases, and what it is told about them. Failures: kUnavailable when it cannot be reached,
/// kUpstream when it answers something that this client cannot read.
class ReleaseDesk {
 public:
  /// `base_url` is MARKETPLACE_URL, of http or https; `client` outlives this.
  ReleaseDesk(http::Client& client, std::string base_url);
  /// Of the newest thousand releases.
  Task<Result<ReleaseWords>> releases();
  /// Makes the instance known, by a new id.
  Task<Result<InstanceKey>> register_instance();
  /// kUnauthorized when the registry does not know the instance (any more).
  Task<Result<void>> tell(InstanceKey key, InstanceReport report);

 private:
  http::Client& client_;
  std::string base_url_;
};

/// One page of GET /api/releases: hostile until every field has been looked at. `next_cursor` is "" on the last one.
Result<ReleaseWords> parse_release_words(std::string_view json, std::string& next_cursor);

}  // namespace rapt::marketplace
