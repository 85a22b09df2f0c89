// SPDX-License-Identifier: AGPL-3.0-or-later
#include "talk.hpp"

#include <algorithm>

#include "failures.hpp"
#include "rapt/base/text.hpp"
#include "rapt/providers/reach.hpp"

namespace rapt::providers {
namespace {

constexpr int kMaxSteps = 8;    // as rapt/auth_provider.h promises
constexpr int kMaxLookups = 4;  // as rapt/auth_provider.h promises

Error refused(const std::string& sentence) {
  return failure(ErrorKind::kForbidden, "PROVIDER_REFUSED", sentence, "the module refused this login: " + sentence);
}

}  // namespace

Error failed_at(const std::string& provider, const Error& cause) {
  std::string detail = cause.message + " " + cause.log_detail;
  for (const auto& field : cause.fields) detail += " " + field.path + ": " + field.message;
  return provider_unavailable(provider, printable(detail, 500));
}

Task<Result<std::string>> Talk::address(Start start) {
  std::optional<LookedUp> before;
  for (int lookups = 0;; ++lookups) {
    auto begin = co_await lookups_.begin(provider_.module, start, std::move(before));
    if (!begin) co_return begin.error();
    if (!begin->fetch) {
      const auto granted = caller_.reachable_hosts(provider_.module);
      if (may_reach(granted, provider_.settings_json, begin->url)) co_return std::move(begin->url);
      co_return Error::forbidden("The module sends the browser to a host that it may not reach.");
    }
    if (lookups == kMaxLookups) break;
    auto answered = co_await answer(std::move(*begin->fetch));
    if (!answered) co_return answered.error();
    before = LookedUp{std::move(*answered), std::move(begin->memo)};
  }
  co_return Error::unavailable(provider_.module,
                               "The module asked for more fetches than the start of a login may have.");
}

Task<Result<Claim>> Talk::claim(Input input) {
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    auto step = co_await caller_.step(provider_.module, input);
    if (!step) co_return failed_at(provider_.name, step.error());
    if (step->claim) co_return std::move(*step->claim);
    if (!step->fetch) co_return refused(step->refusal);
    auto answered = co_await answer(std::move(*step->fetch));
    if (!answered) co_return failed_at(provider_.name, answered.error());
    input.answered = std::move(*answered);
    input.memo = std::move(step->memo);
  }
  co_return provider_unavailable(provider_.name, "the module asked for more steps than a login may have");
}

Task<Result<Answered>> Talk::answer(Fetch wanted) {
  auto fetch = filled_in(std::move(wanted), substitutes_);
  if (!fetch) co_return fetch.error();
  const auto granted = caller_.reachable_hosts(provider_.module);
  if (!may_reach(granted, provider_.settings_json, fetch->url)) {
    co_return Error::forbidden("The module asked for a host that it may not reach.");
  }
  const bool private_too = std::find(granted.begin(), granted.end(), kPrivateGrant) != granted.end();
  co_return co_await fetcher_.fetch(std::move(*fetch), private_too);
}

}  // namespace rapt::providers
