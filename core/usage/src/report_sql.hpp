// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>

#include "rapt/store/database.hpp"
#include "rapt/usage/reports.hpp"

namespace rapt::identity {
struct Scope;
}

/// The statements of reports.
namespace rapt::usage {

/// Whose calls: everybody's, those of groups, or also those of single classes.
enum class Reach : std::uint8_t { kEverything, kGroups, kClasses };

Reach reach_of(const identity::Scope& scope, const Filter& filter);
/// $1 to $6 the scope, $7 and $8 the days, $9 to $17 the filter in its order.
store::Params report_params(const identity::Scope& scope, const Filter& filter);

/// The figures of everything together. From sums without users and tools where the filter lets that be.
store::Statement summary_statement(Reach reach, const Filter& filter);
/// Adds $18 to $20 (cost, requests and key of the last share of the page before, or NULLs) and $21, the limit.
store::Statement share_statement(Reach reach, Dimension dimension, const Filter& filter);
/// For shares by user, $22 to $27: the scope in which the actor may see people.
/// For the list, $18 and $19: where the page begins, $20 the limit.
store::Statement list_statement(Reach reach, bool oldest_first);

}  // namespace rapt::usage
