// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/providers/lookup_caller.hpp"

namespace rapt::host {

class Supervisor;

/// Starts of logins over a supervisor's modules. Thread-safe.
class ProviderLookups final : public providers::LookupCaller {
 public:
  /// `supervisor` must outlive it.
  explicit ProviderLookups(Supervisor& supervisor) : supervisor_(supervisor) {}
  Task<Result<providers::Begin>> begin(std::string module, providers::Start start,
                                       std::optional<providers::LookedUp> before) override;

 private:
  Supervisor& supervisor_;
};

}  // namespace rapt::host
