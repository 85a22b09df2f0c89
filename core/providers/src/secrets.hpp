// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>

#include "rapt/base/result.hpp"
#include "rapt/security/secret_box.hpp"

namespace rapt::providers {

/// A provider's secrets, sealed for its row alone; nothing for none.
std::optional<std::string> sealed(const security::SecretBox& box, const std::string& provider,
                                  const std::map<std::string, std::string>& secrets);
/// kInternal when another host's key sealed them.
Result<std::map<std::string, std::string>> unsealed(const security::SecretBox& box, const std::string& provider,
                                                    const std::optional<std::string>& text);

}  // namespace rapt::providers
