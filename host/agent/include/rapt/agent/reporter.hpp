// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/marketplace/release_word.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/database.hpp"

namespace rapt::agent {

/// Tells the registry how this instance fares, where its administrators have agreed (UPDATE_REPORTS): exactly what
/// docs/registry.md lists. Whoever has not agreed makes none.
class Reporter {
 public:
  struct Options {
    std::string url;  ///< MARKETPLACE_URL, of http or https
    std::string deployment;
    marketplace::Channel channel = marketplace::Channel::kStable;
  };
  /// All outlive it.
  Reporter(store::Database& database, const security::SecretBox& box, http::Client& client, Options options);

  /// Once a day, for one agent of all; an hour later when the registry was away.
  Task<Result<void>> tell_when_due(std::string version);
  /// Now: also how the last update went; `updating`: that it is under way to that version.
  Task<Result<void>> tell(std::string version, std::string updating);

 private:
  Task<Result<marketplace::InstanceKey>> key(bool anew);
  Task<Result<marketplace::InstanceReport>> report(std::string version, std::string updating);

  store::Database& database_;
  const security::SecretBox& box_;
  marketplace::ReleaseDesk desk_;
  Options options_;
};

}  // namespace rapt::agent
