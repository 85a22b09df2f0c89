// SPDX-License-Identifier: AGPL-3.0-or-later
// What an app has run, read from its lists of releases and builds. No network here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/clock.hpp"

namespace rapt::agent::heroku {

struct Release {
  std::string id, status, description, output;
  std::int64_t number = 0;  ///< "v42"
  bool current = false;
  TimePoint made_at{};
};
struct Build {
  std::string id, status, version, release, output;
  TimePoint made_at{};
};
Release release_of(const nlohmann::json& object);
Build build_of(const nlohmann::json& object);

class History {
 public:
  /// Newest first, as Heroku lists them.
  History(const nlohmann::json& releases, const nlohmann::json& builds);
  [[nodiscard]] const Release* newest() const { return releases_.empty() ? nullptr : &releases_.front(); }
  [[nodiscard]] const Build* newest_build() const { return builds_.empty() ? nullptr : &builds_.front(); }
  [[nodiscard]] const Release* current() const;
  /// The release whose build this one runs: a rollback and a changed setting make releases without builds of their own.
  [[nodiscard]] const Release* deployed_by(const Release& release) const;
  /// Of the build that made the release; "" when it names none.
  [[nodiscard]] std::string version_of(const Release& release) const;
  /// What a roll-back from the release would go to: the one before it that runs another build of a known version.
  [[nodiscard]] const Release* before(const Release& release) const;
  [[nodiscard]] const Build* pending_build() const;
  /// "Rollback to v41".
  static std::optional<std::int64_t> rollback_to(const Release& release);

 private:
  [[nodiscard]] const Build* build_for(const Release& release) const;
  std::vector<Release> releases_;
  std::vector<Build> builds_;
};

}  // namespace rapt::agent::heroku
