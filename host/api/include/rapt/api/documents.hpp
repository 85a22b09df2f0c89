// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/users/types.hpp"

namespace rapt::api {

// How the API shows these, as one JSON object: for other programs that answer scripts.
std::string document_of(const users::User& user);
std::string document_of(const users::Import& import);
std::string document_of(const users::ImportLine& line);

}  // namespace rapt::api
