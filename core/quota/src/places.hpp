// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/identity/actor.hpp"
#include "rapt/quota/administration.hpp"

namespace rapt::store {
class Transaction;
}

namespace rapt::quota {

/// The place, with the group of a class, if the actor may see and change its settings; kNotFound as for the group or
/// class itself.
Result<Place> check_place(store::Transaction& tx, const identity::Actor& actor, const Place& place);

}  // namespace rapt::quota
