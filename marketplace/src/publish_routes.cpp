// SPDX-License-Identifier: AGPL-3.0-or-later
// What publishers do.
#include "call.hpp"

namespace rapt::marketplace {

std::span<const Route> publish_routes() {
  return {};
}

}  // namespace rapt::marketplace
