// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

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
  /// The parts must outlive the service. `default_model` is the environment's (AI_DEFAULT_MODEL): it may be asked
  /// without a row in ai_models.
  struct Parts {
    store::Database& database;
    store::Redis& redis;
    const Clock& clock;
    std::string default_model;
  };
  explicit QuotaService(Parts parts);
  Task<Result<Grant>> admit(Ask ask) override;
  Task<Result<usage::Call>> recall(Ask ask) override;

 private:
  Parts parts_;
};

}  // namespace rapt::quota
