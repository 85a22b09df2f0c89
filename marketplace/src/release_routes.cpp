// SPDX-License-Identifier: AGPL-3.0-or-later
#include "call.hpp"

namespace rapt::marketplace {

std::span<const Route> release_routes() {
  return {};
}

}  // namespace rapt::marketplace
