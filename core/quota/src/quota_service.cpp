// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/quota/quota_service.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "context_room.hpp"
#include "policy_cache.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/usage/backlog.hpp"
#include "refusals.hpp"
#include "request_counts.hpp"
#include "reservations.hpp"
#include "resolution.hpp"

namespace rapt::quota {
namespace {

constexpr std::chrono::minutes kReservedFor{20};  // longer than the gateway's longest answer
constexpr std::chrono::minutes kSweep{1};

/// The bound of an answer: the least that a place, the model or a fallback says.
std::optional<std::int64_t> output_bound(const Policy& policy, const Catalog& catalog, const Chosen& chosen) {
  auto bound = policy.max_output_tokens();
  const auto narrow = [&](const std::string& id) {
    const auto found = catalog.models.find(id);
    if (found == catalog.models.end() || !found->second.max_output_tokens) return;
    bound = std::min(bound.value_or(*found->second.max_output_tokens), *found->second.max_output_tokens);
  };
  narrow(chosen.model);
  for (const auto& id : chosen.fallbacks) narrow(id);
  return bound;
}

Grant grant_of(const Policy& policy, const Catalog& catalog, Chosen chosen, const Fitted& fitted,
               std::optional<std::int64_t> bound) {
  Grant grant;
  grant.left_out = fitted.left_out;
  grant.call.day = policy.nearest().today;
  grant.call.prices = prices_of(chosen, catalog);
  if (bound) grant.max_output_tokens = static_cast<int>(std::min(*bound, fitted.room.value_or(*bound)));
  grant.model = std::move(chosen.model);
  grant.fallback_models = std::move(chosen.fallbacks);
  return grant;
}

std::vector<std::string> notices_of(const Policy& policy, const std::vector<Counter>& counters,
                                    const RequestCounts::Counted& counted, const Reserved& reserved) {
  const auto soft = policy.nearest().soft_limit;
  if (!soft) return {};
  std::vector<std::string> notices;
  for (std::size_t i = 0; i < counters.size(); ++i)
    notices.push_back(limit_notice(counters[i], counted.used[i], *soft));
  notices.push_back(budget_notice(reserved, *soft));
  std::erase(notices, "");
  return notices;
}

/// All that may have answered: what would be asked today, then every other model with a price.
std::vector<usage::Call::PricedModel> all_prices(const Policy& policy, const Catalog& catalog,
                                                 const std::string& environment) {
  std::vector<usage::Call::PricedModel> prices;
  if (const auto chosen = choose(policy, catalog, {}, environment)) prices = prices_of(*chosen, catalog);
  for (const auto& [id, entry] : catalog.models) {
    if (entry.price) prices.push_back({id, *entry.price});
  }
  return prices;
}

}  // namespace

struct QuotaService::Impl {
  explicit Impl(Parts given)
      : parts(std::move(given)),
        policies(parts.database),
        counts(parts.redis),
        backlog(std::make_shared<usage::Backlog>(parts.database)) {}

  Parts parts;
  PolicyCache policies;
  RequestCounts counts;
  std::shared_ptr<usage::Backlog> backlog;

  Task<Result<Reserved>> reserve_for(Grant& grant, const Fitted& fitted, const std::vector<Budget>& budgets,
                                     TimePoint now);
};

QuotaService::QuotaService(Parts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
QuotaService::~QuotaService() = default;

usage::Backlog& QuotaService::backlog() {
  return *impl_->backlog;
}

/// Reserves what the call may cost at most, and bounds the answer by it.
Task<Result<Reserved>> QuotaService::Impl::reserve_for(Grant& grant, const Fitted& fitted,
                                                       const std::vector<Budget>& budgets, TimePoint now) {
  if (budgets.empty()) co_return Reserved{};
  if (!grant.max_output_tokens)
    grant.max_output_tokens = static_cast<int>(std::min(kUsualOutput, fitted.room.value_or(kUsualOutput)));
  Estimate estimate;
  estimate.input_tokens = fitted.input_tokens;
  estimate.output_tokens = *grant.max_output_tokens;
  for (const auto& priced : grant.call.prices) estimate.prices.push_back(priced.price);
  auto reserved = co_await reserve(parts.database, grant.call.id, budgets, std::move(estimate), now + kReservedFor);
  // The database may have done it and died before it could say so; nobody would give it back until the sweep.
  if (!reserved) backlog->keep_release(grant.call.id);
  grant.call.reserved = reserved && reserved->refused == nullptr;
  co_return reserved;
}

Task<Result<Grant>> QuotaService::admit(Ask ask) {
  const auto now = impl_->parts.clock.now();
  const auto found = co_await impl_->policies.find(ask.group, ask.class_id, ask.policy_version, now);
  if (!found) co_return found.error();
  const auto& policy = *found->policy;
  const auto budgets = budgets_of(policy);
  const auto& parts = impl_->parts;
  const bool embeds = !ask.model.empty() && ask.model == parts.embedding_model;
  auto chosen = choose_within(policy, *found->catalog, ask.model, embeds ? parts.embedding_model : parts.default_model);
  if (!chosen) co_return chosen.error();
  const auto bound = output_bound(policy, *found->catalog, *chosen);
  const auto fitted = fit(ask, *chosen, *found->catalog, bound);
  if (!fitted) co_return fitted.error();
  auto grant = grant_of(policy, *found->catalog, std::move(*chosen), *fitted, bound);
  grant.call.id = ask.call_id.empty() ? new_uuid() : ask.call_id;
  grant.call.backlog = impl_->backlog;

  const auto counters = counters_of(policy, ask.user, now);
  const auto counted = co_await impl_->counts.count(counters, now);
  if (counted.refused) co_return limit_reached(counters[*counted.refused], now);
  const auto reserved = co_await impl_->reserve_for(grant, *fitted, budgets, now);
  if (!reserved || reserved->refused != nullptr) {
    co_await impl_->counts.uncount(counters, now);
    if (!reserved) co_return reserved.error();
    co_return budget_exhausted(*reserved, policy, now);
  }
  grant.notices = notices_of(policy, counters, counted, *reserved);
  co_return grant;
}

Task<Result<usage::Call>> QuotaService::recall(Ask ask) {
  const auto found =
      co_await impl_->policies.find(ask.group, ask.class_id, ask.policy_version, impl_->parts.clock.now());
  if (!found) co_return found.error();
  usage::Call call;
  call.id = std::move(ask.call_id);
  call.day = found->policy->nearest().today;
  call.prices = all_prices(*found->policy, *found->catalog, impl_->parts.default_model);
  call.reserved = true;  // perhaps; settling and releasing find out
  call.backlog = impl_->backlog;
  co_return call;
}

Task<void> QuotaService::sweep() {
  for (;;) {
    const auto swept = co_await usage::sweep_reservations(impl_->parts.database, impl_->parts.clock.now());
    if (!swept) log::warn("quota.not_swept", {{"detail", swept.error().log_detail}});
    if (swept && *swept > 0) log::info("quota.swept", {{"reservations", std::to_string(*swept)}});
    co_await runtime::sleep_for(kSweep);
  }
}

}  // namespace rapt::quota
