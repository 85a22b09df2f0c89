// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/marketplace/layout.hpp"
#include "rapt/marketplace/resolver.hpp"

namespace rapt::updates {

/// The registry as far as its metadata has been verified. Who implements it offers nothing that this host cannot run.
class UpdateSource : public marketplace::Offers {
 public:
  /// Brings the metadata up to date. kForbidden for an attack, kUnavailable when the registry is away.
  virtual Task<Result<void>> refresh() = 0;
  /// What its publisher signed about one version. kNotFound.
  virtual Task<Result<marketplace::ModuleRelease>> release(std::string module, std::string version) = 0;
  /// Empty when the registry has none.
  virtual Task<Result<std::vector<marketplace::Advisory>>> advisories() = 0;
};

/// Who installs. All of the changes, or none of them.
class UpdateSink {
 public:
  virtual ~UpdateSink() = default;
  /// In their order; nothing is asked of anybody, so a change that needs an administrator's word is refused.
  virtual Task<Result<void>> apply(std::vector<marketplace::Change> changes) = 0;
};

}  // namespace rapt::updates
