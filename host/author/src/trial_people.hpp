// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rapt/author/trial_host.hpp"
#include "rapt/host/capabilities.hpp"
#include "rapt/store/database.hpp"
#include "world.hpp"

namespace rapt::author {

/// Keys the pseudonyms of a trial: the same person is the same in every run of an author.
inline constexpr const char* kTrialPseudonymKey = "the same person in every run of an author";

/// The services that tell about people (directory, sessions, grades), as a host has them, over tables with a world in
/// them.
class TrialPeople {
 public:
  /// `database` has the core's tables, all empty, and outlives this. kUnavailable or kConflict with what PostgreSQL
  /// said.
  static Result<std::unique_ptr<TrialPeople>> make(store::Database& database, World world, const std::string& module);
  ~TrialPeople();

  [[nodiscard]] host::Capability* of(sandbox::Service service) const;  ///< nullptr for any other
  [[nodiscard]] const World& world() const;
  /// Why somebody is nobody here, where the name alone is to blame; "" otherwise.
  [[nodiscard]] std::string complaint_about(const std::string& user_id) const;
  /// What has changed since the world was made.
  Result<std::vector<WorldChange>> changes();

 private:
  struct Impl;
  explicit TrialPeople(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::author
