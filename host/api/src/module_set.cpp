// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_set.hpp"

#include <chrono>

#include <boost/asio/this_coro.hpp>

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
    modules.push_back(
        {std::move(record.name), std::move(record.version), std::move(record.path), std::move(record.digest_hex)});
  }
  return modules;
}

}  // namespace

Task<void> follow_installed_modules(install::Installer& installer, host::Supervisor& supervisor,
                                    std::filesystem::path trust_dir) {
  bool told = false;  // of the present trouble
  while (true) {
    auto records = co_await installer.list();
    auto trust = bundle::TrustStore::load(trust_dir);
    const bool known = records.has_value() && trust.has_value();
    if (known) {
      co_await supervisor.update(enabled_modules(std::move(*records)), std::move(*trust));
    } else if (!told) {
      const auto& fault = records ? trust.error() : records.error();
      log::warn("modules.set_unknown", {{"reason", fault.message}, {"detail", fault.log_detail}});
    }
    told = !known;
    co_await runtime::sleep_for(kInterval);
    const auto cancelled = co_await boost::asio::this_coro::cancellation_state;
    if (cancelled.cancelled() != boost::asio::cancellation_type::none) co_return;
  }
}

}  // namespace rapt::api
