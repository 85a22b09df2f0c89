// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/mail/mail.hpp"

namespace rapt::mail {

/// Hands a message to where it goes. kInvalid when it was refused for good, or the transport is not set up so that it
/// could work; kUnavailable when it may go another time. The sentence is for administrators and holds no password.
/// Blocks, for half a minute at most.
Result<void> deliver(const Transport& transport, const std::string& id, const std::string& to,
                     const std::string& message);

}  // namespace rapt::mail
