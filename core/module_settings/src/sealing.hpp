// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

namespace rapt::module_settings {

/// Under which words a secret is sealed: one that is put into another row, or under another name, stays shut.
inline std::string sealed_about(const std::string& module, const std::string& group, const std::string& name) {
  return "module-setting:" + module + ":" + group + ":" + name;
}

}  // namespace rapt::module_settings
