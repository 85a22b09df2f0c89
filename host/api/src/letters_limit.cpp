// SPDX-License-Identifier: AGPL-3.0-or-later
#include "letters_limit.hpp"

#include "limits.hpp"
#include "mailbox.hpp"
#include "rapt/base/log.hpp"

namespace rapt::api {
namespace {

constexpr int kMostLetters = 5;
constexpr std::chrono::hours kWindow{1};

}  // namespace

Task<bool> may_mail(Call& call, std::string kind, const std::string& email) {
  RateRule rule{"mail:" + kind, mailbox_of(email), kMostLetters, kWindow, true};
  const auto quota = co_await call.services.limits.count(std::move(rule));
  // The address stays out of the log: it may be anybody's.
  if (quota.refused)
    log::warn("accounts.letter_withheld", {{"kind", std::move(kind)}, {"request_id", call.request.id}});
  co_return !quota.refused;
}

}  // namespace rapt::api
