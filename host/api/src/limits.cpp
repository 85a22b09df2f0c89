// SPDX-License-Identifier: AGPL-3.0-or-later
#include "limits.hpp"

#include "mailbox.hpp"
#include "rapt/base/address_range.hpp"
#include "rapt/config/settings.hpp"

namespace rapt::api {
namespace {

constexpr std::chrono::seconds kMinute{60};
/// A page asks several routes, one after the other.
constexpr int kRequestsAtOnce = 16;

std::vector<RateRule> one(RateRule rule) {
  std::vector<RateRule> rules;
  rules.push_back(std::move(rule));
  return rules;
}

/// A customer of IPv6 has more addresses than could be counted.
std::string network_of(const std::string& address) {
  const auto parsed = IpAddress::parse(address);
  return parsed ? parsed->network() : address;
}

}  // namespace

Limits::Limits(store::Redis& redis, const Clock& clock, const config::Settings& settings, std::string space)
    : counter_(redis, clock, std::move(space)), clock_(clock), settings_(settings) {}

Task<Quota> Limits::count(RateRule rule) {
  auto rules = one(std::move(rule));
  const auto quotas = co_await counter_.ask(std::move(rules));
  co_return quotas.front();
}

RateRule Limits::person_rule(const std::string& user_id) const {
  return {"api:user", user_id, settings_.rate_limit_api_max, kMinute, true, kRequestsAtOnce};
}

RateRule Limits::address_rule(const std::string& address) const {
  return {"api:ip", network_of(address), settings_.rate_limit_address_max, kMinute, true};
}

Task<Quota> Limits::count_person(const std::string& user_id) {
  auto rule = person_rule(user_id);
  co_return co_await count(std::move(rule));
}

Task<Quota> Limits::count_address(const std::string& address) {
  auto rule = address_rule(address);
  co_return co_await count(std::move(rule));
}

Task<Quota> Limits::count_with(std::string user_id, std::string address, RateRule rule) {
  auto rules = one(user_id.empty() ? address_rule(address) : person_rule(user_id));
  rule.about = rules.front().name + " " + rules.front().about;
  rules.push_back(std::move(rule));
  const auto quotas = co_await counter_.ask(std::move(rules));
  const auto& usual = quotas.front();
  const auto& own = quotas.back();
  if (usual.refused || (!own.refused && usual.remaining() < own.remaining())) co_return usual;
  co_return own;
}

RateRule Limits::guess_rule(const Guess& guess, bool count) const {
  return {"auth", mailbox_of(guess.account) + "\n" + network_of(guess.address), settings_.rate_limit_auth_max, kMinute,
          count};
}

Task<Quota> Limits::before_guess(Guess guess) {
  RateRule of_address{"auth:ip", network_of(guess.address), settings_.rate_limit_auth_address_max, kMinute, true};
  auto rules = one(std::move(of_address));
  if (!guess.account.empty()) rules.push_back(guess_rule(guess, false));
  const auto quotas = co_await counter_.ask(std::move(rules));
  if (quotas.front().refused) co_return quotas.front();
  co_return quotas.back();
}

Task<Quota> Limits::failed_guess(Guess guess) {
  auto rule = guess_rule(guess, true);
  co_return co_await count(std::move(rule));
}

Task<Quota> Limits::right_guess(Guess guess) {
  auto rule = guess_rule(guess, false);
  co_return co_await count(std::move(rule));
}

Error too_often(const Quota& quota, TimePoint now, std::string sentence) {
  Error error;
  error.kind = ErrorKind::kRateLimited;
  error.message = std::move(sentence);
  error.retry_after_seconds = quota.seconds_left(now);
  return error;
}

}  // namespace rapt::api
