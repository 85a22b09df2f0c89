// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>

#include "rapt/bundle/bundle.hpp"
#include "rapt/host/jobs.hpp"

namespace rapt::author {

/// Keeps what a module that is tried out orders (rapt.jobs) and publishes (rapt.events), checked as on a host. Nobody
/// does it: the author asks for the job with `rapt run job`. One thread.
class TrialWork {
 public:
  explicit TrialWork(const bundle::Manifest& manifest);
  ~TrialWork();
  [[nodiscard]] host::Capability& jobs() const;
  [[nodiscard]] host::Capability& events() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::author
