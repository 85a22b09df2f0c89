// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/sandbox/services.hpp"

namespace rapt::author {

/// A function of a service as its header calls it: "kv.get".
std::string call_name(sandbox::Service service, std::uint32_t method);

}  // namespace rapt::author
