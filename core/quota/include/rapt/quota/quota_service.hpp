// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "rapt/quota/admission.hpp"

namespace rapt {
class Clock;
namespace store {
class Database;
class Redis;
}  // namespace store
}  // namespace rapt

namespace rapt::quota {

class QuotaService final : public Admission {
 public:
  /// The parts must outlive the service. `redis` should be one of little patience: who asks waits for it.
  /// `default_model` and `embedding_model` are the environment's (AI_DEFAULT_MODEL, AI_EMBEDDING_MODEL): they may be
  /// asked without a row in ai_models.
  struct Parts {
    store::Database& database;
    store::Redis& redis;
    const Clock& clock;
    std::string default_model;
    std::string embedding_model{};
  };
  explicit QuotaService(Parts parts);
  ~QuotaService() override;
  Task<Result<Grant>> admit(Ask ask) override;
  Task<Result<usage::Call>> recall(Ask ask) override;

  /// Each minute gives back what calls have reserved whose hosts died. Ends with its executor; once a host.
  Task<void> sweep();
  /// What was paid for while the database was away: its run() and stop() belong to the host.
  [[nodiscard]] usage::Backlog& backlog();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::quota
