// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "rapt/users/types.hpp"

namespace rapt::api {

nlohmann::json view(const users::User& user);
nlohmann::json view(const users::Import& import);
nlohmann::json view(const users::ImportLine& line);

}  // namespace rapt::api
