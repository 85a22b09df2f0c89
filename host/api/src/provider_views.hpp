// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "rapt/providers/provider.hpp"

namespace rapt::api {

nlohmann::json view(const providers::ProviderRef& provider);
nlohmann::json view(const providers::Provider& provider);  ///< of the secrets, the names
nlohmann::json view(const providers::Link& link);

}  // namespace rapt::api
