// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "rapt/host/capabilities.hpp"

namespace rapt::gateway {
class Gateway;
}
namespace rapt::quota {
class Admission;
}
namespace rapt::store {
class Database;
}

namespace rapt::host {

/// What one question of a module may take.
struct AiBounds {
  std::chrono::milliseconds time_limit{0};
  std::optional<double> temperature{};
};

/// rapt.ai: questions of modules to a model, and embeddings. The group that the call is about pays, as it does for its
/// conversations and runs. A question is a task of its own: whoever asked may be gone before it is over, and what it
/// cost is recorded all the same. Thread-safe; the parts must outlive it and what it has begun (finish()).
class AiCapability final : public Capability {
 public:
  struct Parts {
    store::Database& database;
    quota::Admission& admission;
    std::function<std::unique_ptr<gateway::Gateway>(AiBounds)> gateway;  ///< made anew for each question
    std::string embedding_model{};  ///< of embeddings for which none is named; "" for none
  };
  explicit AiCapability(Parts parts);
  ~AiCapability() override;
  Task<ServiceAnswer> call(ServiceRequest request) override;
  /// Waits until no question is on its way any more, `grace` at most.
  Task<void> finish(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace rapt::host
