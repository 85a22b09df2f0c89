// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <vector>

#include "module_house.hpp"
#include "rapt/hooks/hook.hpp"

namespace rapt::bench {

/// A conversation whose texts come to 16 KB: 28 messages, a tool's instructions, the current message.
hooks::Context chat_of_16_kb();

/// One hook after the other through the public dispatcher into the sandboxed module "bench" and back, with that
/// conversation: microseconds of each after the first `warm_up`. Throws when one is not answered.
std::vector<double> ask_many(ModuleHouse& house, int warm_up, int rounds);

}  // namespace rapt::bench
