// SPDX-License-Identifier: AGPL-3.0-or-later
#include "attempts.hpp"

#include "limits.hpp"

namespace rapt::api {
namespace {

Task<Result<void>> ask(Call& call, const Attempts& what, std::string about, bool count) {
  RateRule rule{what.name, std::move(about), what.limit, std::chrono::seconds(kAttemptWindowSeconds), count};
  const auto quota = co_await call.services.limits.count(std::move(rule));
  if (!quota.refused) co_return Result<void>{};
  call.quota = quota;
  co_return too_often(quota, call.services.limits.now(), what.sentence);
}

}  // namespace

Task<Result<void>> check_attempts(Call& call, const Attempts& what, std::string about) {
  co_return co_await ask(call, what, std::move(about), false);
}

Task<Result<void>> count_attempt(Call& call, const Attempts& what, std::string about) {
  co_return co_await ask(call, what, std::move(about), true);
}

}  // namespace rapt::api
