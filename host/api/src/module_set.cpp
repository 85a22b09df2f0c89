// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_set.hpp"

#include <boost/asio/this_coro.hpp>
#include <chrono>

#include "rapt/base/log.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::api {
namespace {

constexpr std::chrono::seconds kInterval{2};

std::vector<host::InstalledModule> enabled_modules(std::vector<install::InstalledRecord> records) {
  std::vector<host::InstalledModule> modules;
  for (auto& record : records) {
    if (!record.enabled) continue;
    modules.push_back({std::move(record.name), std::move(record.version), std::move(record.path), std::move(record.digest_hex)});
  }
  return modules;
}

}  // namespace

Task<void> follow_installed_modules(install::Installer& installer, host::Supervisor& supervisor) {
  bool reachable = true;
  while (true) {
    auto records = co_await installer.list();
    if (records) {
      co_await supervisor.update(enabled_modules(std::move(*records)));
    } else if (reachable) {
      log::warn("modules.list_unknown", {{"detail", records.error().log_detail}});
    }
    reachable = records.has_value();
    co_await runtime::sleep_for(kInterval);
    const auto cancelled = co_await boost::asio::this_coro::cancellation_state;
    if (cancelled.cancelled() != boost::asio::cancellation_type::none) co_return;
  }
}

}  // namespace rapt::api
