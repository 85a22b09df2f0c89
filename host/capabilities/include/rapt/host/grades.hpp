// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/base/clock.hpp"
#include "rapt/host/sessions.hpp"

namespace rapt::host {

/// rapt.grades: marks and feedback for submissions of assignments whose tool the module was and is attached to; in a
/// call that a person caused, what that person may: a teacher those of the class, a student may read the own ones. A
/// teacher's mark is never replaced. Thread-safe; database and clock must outlive it.
class GradesCapability final : public Capability {
 public:
  GradesCapability(store::Database& database, const Clock& clock, PseudonymOf pseudonym)
      : database_(database), clock_(clock), pseudonym_(std::move(pseudonym)) {}
  Task<ServiceAnswer> call(ServiceRequest request) override;

 private:
  store::Database& database_;
  const Clock& clock_;
  PseudonymOf pseudonym_;
};

}  // namespace rapt::host
