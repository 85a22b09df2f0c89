// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "rapt/hooks/hook.hpp"

namespace rapt::author {

/// What a hook is about on an ordinary day.
hooks::Context ordinary_context(hooks::Point point);

/// Contexts that are allowed and that a careless module stumbles over, by name.
std::vector<std::pair<std::string, hooks::Context>> hostile_contexts(hooks::Point point);

/// Anything that a host may hand to a module.
hooks::Context random_context(hooks::Point point, std::mt19937_64& random);

/// At most 64 KiB of it, and of JSON of any kind.
std::string random_text(std::mt19937_64& random);
std::string random_json(std::mt19937_64& random, unsigned depth = 0);

/// Text that is valid and odd, all kinds of it.
std::string odd_text();

/// An answer with signs of one to four bytes, to be cut everywhere.
std::string answer_to_cut();

}  // namespace rapt::author
