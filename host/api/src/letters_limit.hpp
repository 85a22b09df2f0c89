// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "call.hpp"

namespace rapt::api {

/// Whether another letter of this kind may go to an address that anybody may type: five an hour, so that nobody's
/// mailbox is filled from here. Counted for every address, whether it is somebody's or not; whoever is refused gets the
/// same answer. The owner is not kept out: the newest of the five letters holds a link that counts.
Task<bool> may_mail(Call& call, std::string kind, const std::string& email);

}  // namespace rapt::api
