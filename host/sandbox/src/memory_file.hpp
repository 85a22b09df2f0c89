// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"

namespace rapt::sandbox {

/// An anonymous memory file that cannot be executed as a program, open to sealing.
Result<UniqueFd> memory_file(const std::string& name);
Error system_error(const char* what, int error);

}  // namespace rapt::sandbox
