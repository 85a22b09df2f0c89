// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rapt/host/capabilities.hpp"

namespace rapt::host {

/// rapt.ai without an AI, for authors who try a module out: what is asked is checked as on a host, and answered with
/// what was written down before. One thread.
class ScriptedAi final : public Capability {
 public:
  /// One after the other, the last one again and again: texts, and JSON where the question has a schema. Without any: a
  /// sentence that says so, and for a schema an example that fits it.
  explicit ScriptedAi(std::vector<std::string> answers) : answers_(std::move(answers)) {}
  Task<ServiceAnswer> call(ServiceRequest request) override;

 private:
  ServiceAnswer chat(const ServiceRequest& request);
  static ServiceAnswer embed(const ServiceRequest& request);

  const std::vector<std::string> answers_;
  std::size_t given_ = 0;
};

}  // namespace rapt::host
