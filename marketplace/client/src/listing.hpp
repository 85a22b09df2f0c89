// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "rapt/marketplace/registry_client.hpp"

namespace rapt::marketplace {

// The registry's answers, which are hostile until every field has been looked at. Fields that this client does not know
// are passed over, so that an older host understands a newer registry. kUpstream.
Result<std::vector<ModuleListing>> parse_listings(std::string_view json);
/// One page of a search, with its cursor.
Result<ModulePage> parse_page(std::string_view text);
Result<ModuleListing> parse_listing(std::string_view json);

}  // namespace rapt::marketplace
