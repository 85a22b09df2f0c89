// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/base/result.hpp"

namespace rapt::bundle {
struct Bundle;
}
namespace rapt::store {
class GuestTransaction;
}

namespace rapt::host {

/// Asked as the module's role itself: kConflict, with what to do, when it can reach more than its schema.
Result<void> check_walls(store::GuestTransaction& guest);
/// Applies what the bundle has and the schema lacks, takes back what the schema has and the bundle lacks.
Result<void> bring_migrations(store::GuestTransaction& guest, const bundle::Bundle& bundle);

}  // namespace rapt::host
