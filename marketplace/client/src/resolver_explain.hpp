// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "resolver_search.hpp"

namespace rapt::marketplace {

/// Why there is no choice, for an admin: who asks for what, and which change would make it possible. Everything that a
/// change would need has to be offered already; a change for which more modules would have to be asked about is passed
/// over.
Error explain(const Problem& problem, const Outcome& outcome);

}  // namespace rapt::marketplace
