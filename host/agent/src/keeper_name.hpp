// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/file.hpp"

namespace rapt::agent {

/// Holds a host's name on this machine: a socket of that name, which its server gets and never uses. The kernel lets go
/// of it when the last process that has it is gone, however it went; so a server that outlives its keeper for the time
/// that it needs to end what it has begun is not followed by one of the same name, which would take what it is doing
/// for lost. Empty: somebody else holds it.
UniqueFd hold_name(const std::string& host_name);

}  // namespace rapt::agent
