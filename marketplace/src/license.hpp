// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::marketplace {

/// The licences that an SPDX licence expression names ("MIT OR (Apache-2.0 WITH LLVM-exception)"), without exceptions;
/// nullopt when it is no such expression (SPDX 2.3, annex D).
std::optional<std::vector<std::string>> licenses_of(std::string_view expression);

/// Whether it is one of the SPDX list that modules commonly have, or a LicenseRef. Others may be right, too, but
/// somebody should look.
bool is_known_license(std::string_view license);

}  // namespace rapt::marketplace
