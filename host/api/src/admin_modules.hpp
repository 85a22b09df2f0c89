// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "call.hpp"

namespace rapt::install {
struct InstalledRecord;
}

/// What the administration's routes share.
namespace rapt::api {

/// The name in the path.
std::string path_module(const Call& call);
/// The module that the path names; kNotFound.
Task<Result<install::InstalledRecord>> installed_module(Call& call);
/// 200 with the module as the list shows it.
Task<Result<Answer>> module_reply(Call& call, install::InstalledRecord record);
/// Leaves a line for those who ask who has changed what, and has the change take effect at once.
void module_changed(const Call& call, const std::string& module, std::string change);

}  // namespace rapt::api
