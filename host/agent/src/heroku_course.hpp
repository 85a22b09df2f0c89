// SPDX-License-Identifier: AGPL-3.0-or-later
// Following what Heroku does: a build, the release that comes of it, its dynos.
#pragma once

#include <string>

#include "heroku_api.hpp"
#include "heroku_history.hpp"

namespace rapt::agent::heroku {

/// The app itself, as far as an update needs it.
struct App {
  std::string web_url;
  bool maintenance = false;
};

class Course {
 public:
  Course(Api& api, const Clock& clock) : api_(api), clock_(clock) {}
  Task<Result<App>> app();
  Task<Result<History>> history();
  /// How many dynos serve the web.
  Task<Result<std::size_t>> web_dynos();
  /// Until the build has ended and made a release. An Error with its last words when it failed.
  Task<Result<Release>> build(std::string id, Progress& progress);
  /// Until the release phase, which migrates the database, has ended. An Error with its last words when it failed.
  Task<Result<void>> release_phase(Release release, Progress& progress);
  /// Until the release's dynos are up and the app is ready.
  Task<Result<void>> come_up(Release release, Phase phase, Progress& progress);
  /// As come_up(), and it stays so until options().watch after the release was made.
  Task<Result<void>> watch(Release release, Progress& progress);
  /// Whether the release is so new that an update which made it may not have ended.
  [[nodiscard]] bool is_recent(TimePoint made_at) const;
  [[nodiscard]] bool is_on_probation(const Release& release) const;

 private:
  /// What is wrong with the release's dynos; nothing said when nothing is.
  struct Trouble {
    std::string said{};
    bool is_fault = false;  ///< more than a dyno that starts
  };
  Task<Result<Trouble>> trouble(Release release, std::string web_url);

  Api& api_;
  const Clock& clock_;
};

}  // namespace rapt::agent::heroku
