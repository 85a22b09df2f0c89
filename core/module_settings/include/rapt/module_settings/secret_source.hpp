// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/runtime/task.hpp"

namespace rapt::module_settings {

/// Secrets that administrators have set for modules ("x-rapt-secret" in a config_schema). For the host alone, which
/// puts them into requests that a module asks for ({{secret:NAME}}); they must reach no module, answer or log.
/// Thread-safe.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  /// The nearest one: of the group, of those above it, of the system. `group` is a group's id, or "": the system's.
  /// nullopt when nobody has set it; kInternal when it cannot be opened with this host's key; kUnavailable.
  virtual Task<Result<std::optional<std::string>>> secret(std::string module, std::string name, std::string group) = 0;
};

}  // namespace rapt::module_settings
