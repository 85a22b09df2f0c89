// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/updates/source.hpp"
#include "site.hpp"

namespace rapt::updates {

/// Which versions the policy lets a module take by itself, of those that are newer: a range; "" for none.
std::string range_of(install::AutoUpdate automatic, const Version& installed);
/// What `release` asks for beyond what has been agreed to, permissions and hooks, in sentences; "" for nothing.
std::string asks_more(const marketplace::ModuleRelease& release, const Installed& installed);

/// What may be taken without asking anybody: of installed modules alone, newer versions inside of their policies and
/// pins, that have not failed here before, are not yanked, and ask for nothing more.
class Allowed final : public marketplace::Offers {
 public:
  Allowed(UpdateSource& source, const Site& site) : source_(source), site_(site) {}
  Task<Result<std::vector<marketplace::Candidate>>> of(std::string module) override;

 private:
  UpdateSource& source_;
  const Site& site_;
};

}  // namespace rapt::updates
