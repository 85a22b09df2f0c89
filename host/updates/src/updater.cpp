// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/updates/updater.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "schedule.hpp"
#include "site.hpp"

namespace rapt::updates {
namespace {

/// What is under way when the host ends is found by the next one, as after a crash.
constexpr std::chrono::seconds kPatience{20};

}  // namespace

Updater::Updater(Parts parts, Options options) : parts_(parts), options_(std::move(options)) {}
Updater::~Updater() = default;

Task<void> Updater::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  while (!stopping_) {
    co_await turn();
    if (stopping_) break;
    co_await (wake_.wait() || runtime::sleep_for(options_.pause));
  }
  if (const auto given = co_await give_lead_up(parts_.database, options_.host); !given)
    log::warn("modules.updates_not_given_up", {{"detail", given.error().log_detail}});
  ended_.notify();
}

Task<void> Updater::stop() {
  using namespace boost::asio::experimental::awaitable_operators;
  stopping_ = true;
  wake_.notify();
  co_await (ended_.wait() || runtime::sleep_for(kPatience));
}

Task<Result<bool>> Updater::lead() {
  const auto lead = co_await take_lead(parts_.database, options_.host, options_.lease, options_.check_every);
  if (!lead) co_return lead.error();
  co_return lead->ours;
}

Task<Result<void>> Updater::check_when_due() {
  const auto lead = co_await take_lead(parts_.database, options_.host, options_.lease, options_.check_every);
  if (!lead) co_return lead.error();
  if (!lead->ours) co_return Result<void>();
  RAPT_CO_TRY(co_await watch());
  if (!lead->due || parts_.source == nullptr || options_.check_every.count() == 0) co_return Result<void>();
  const auto checked = co_await check();
  const auto fault = checked ? std::string() : checked.error().message;
  RAPT_CO_TRY(co_await looked(parts_.database, fault, options_.check_every, opening_));
  co_return checked;
}

/// Each trouble is logged once, until it is another one or over.
Task<void> Updater::turn() {
  const auto done = co_await check_when_due();
  const auto fault = done ? std::string() : done.error().message;
  if (!fault.empty() && fault != told_)
    log::warn("modules.updates_not_looked_for", {{"reason", fault}, {"detail", done.error().log_detail}});
  told_ = fault;
}

}  // namespace rapt::updates
