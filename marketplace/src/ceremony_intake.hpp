// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "online.hpp"
#include "repository.hpp"

namespace rapt::marketplace {

/// What the offline keys have said last; nullopt while the database lacks a root or targets.
Result<std::optional<Chain>> load_chain(store::Transaction& transaction);

/// Repository::take_signed() below its lock.
class CeremonyIntake {
 public:
  CeremonyIntake(store::Transaction& transaction, const Online& online, TimePoint now)
      : transaction_(transaction), online_(online), now_(now) {}
  Result<std::vector<std::string>> take(const std::vector<CeremonyFile>& files);

 private:
  Result<void> take_roots(const std::vector<CeremonyFile>& files);
  Result<void> take_targets(const std::vector<CeremonyFile>& files, std::string_view role);
  Result<void> check_all() const;
  Result<void> sign_online();
  Result<void> note_keys(const std::string& publisher, const tuf::Targets* before_targets,
                         const tuf::Targets& community);

  store::Transaction& transaction_;
  const Online& online_;
  const TimePoint now_;
  std::optional<Chain> before_;
  std::optional<SignedRoot> root_;
  std::optional<SignedTargets> targets_;
  Touched touched_;
  bool changed_ = false;
  std::vector<std::string> notes_;
};

}  // namespace rapt::marketplace
