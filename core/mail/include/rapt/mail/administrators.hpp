// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/mail/mail.hpp"

namespace rapt::mail {

/// The same letter to every active administrator of the system, as enqueue() does it.
Result<void> enqueue_to_administrators(store::Transaction& transaction, const security::SecretBox& box,
                                       const std::string& subject, const std::string& text);

}  // namespace rapt::mail
