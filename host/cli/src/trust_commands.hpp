// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "command.hpp"

namespace rapt::cli {

// The keys that this host believes: RAPT_VAR_DIR/trust/PUBLISHER.pub.
int run_trust_list(Console& console, const Arguments& arguments);
int run_trust_add(Console& console, const Arguments& arguments);
int run_trust_remove(Console& console, const Arguments& arguments);
// trust_root.cpp
int run_trust_root(Console& console, const Arguments& arguments);

}  // namespace rapt::cli
