// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/module_settings/configured_caller.hpp"

#include "rapt/base/log.hpp"

namespace rapt::module_settings {

Task<hooks::Answer> ConfiguredCaller::call(const std::string& module, hooks::Point point, const hooks::Context& context,
                                           const std::string& config_json, std::chrono::milliseconds time_limit) {
  auto config = settings_.at_hand(module, context.group.id, config_json);
  if (!config) {
    auto found = co_await settings_.effective(module, context.group.id, config_json);
    if (!found) {
      log::warn("module_settings.unreadable", {{"module", module}, {"detail", found.error().log_detail}});
      co_return hooks::Answer{.kind = hooks::Answer::Kind::kNotRunning,
                              .text = "Its settings could not be read: " + found.error().message};
    }
    config = std::move(found->config_json);
  }
  co_return co_await inner_.call(module, point, context, *config, time_limit);
}

}  // namespace rapt::module_settings
