// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/base/result.hpp"

namespace rapt::store {
class Transaction;
}

namespace rapt::usage {

struct Days;

/// Makes what counts against budgets anew from the ledger and the open reservations, for periods that reach into these
/// days. Whoever spends waits until the transaction has ended.
Result<void> repair_spending(store::Transaction& tx, const Days& days);

}  // namespace rapt::usage
