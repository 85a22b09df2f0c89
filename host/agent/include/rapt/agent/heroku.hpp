// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "rapt/agent/strategy.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/http/client.hpp"

/// An app on Heroku. Its own list of builds and releases is the journal: a build that the agent has asked for names the
/// version, the release that came of it names the build. An agent that is a dyno of the app is ended by every release,
/// so recover() is the usual end of an update.
namespace rapt::agent {

struct HerokuOptions {
  std::string url;                  ///< UPDATE_HEROKU_URL
  std::string app;                  ///< HEROKU_APP_NAME
  std::string api_key;              ///< HEROKU_API_KEY; goes to `url` alone, never into a log or an error
  std::string own_version;          ///< of this program: what runs where the app was deployed in another way at first
  std::chrono::seconds watch{600};  ///< how long a new release is on probation, from its making
  std::chrono::seconds patience{1800};  ///< for a build, for a release phase, for a Platform API that is away
  std::chrono::milliseconds fault_patience{60000};  ///< so long dynos may crash, or the app be not ready
  std::chrono::milliseconds look_every{5000};       ///< how often the app is looked at
  std::chrono::milliseconds retry_after{1000};      ///< after an answer that did not come
};

/// Builds the release's archive on Heroku, whose release phase (heroku.yml) migrates the database, and watches what
/// comes of it. What is given here outlives this. Used by one task at a time.
class HerokuStrategy final : public Strategy {
 public:
  HerokuStrategy(HerokuOptions options, http::Client& client, Supply& supply, const Clock& clock);
  ~HerokuStrategy() override;
  HerokuStrategy(const HerokuStrategy&) = delete;
  HerokuStrategy& operator=(const HerokuStrategy&) = delete;

  [[nodiscard]] std::string_view name() const override { return "heroku"; }
  Task<Result<std::string>> running() override;
  Task<Result<std::optional<std::string>>> previous() override;
  /// kConflict for a release whose schema_from is newer than what runs, whatever was agreed to.
  Task<Result<Outcome>> apply(marketplace::VouchedRelease release, Progress& progress) override;
  Task<Result<Outcome>> rollback(Progress& progress) override;
  /// Waits for a build that runs, and watches a release that is still on probation.
  Task<Result<std::optional<Outcome>>> recover(Progress& progress) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::agent
