// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/http/client.hpp"

namespace rapt::marketplace {

/// Asks the registry at `base_url`. kUnavailable when it does not answer.
Task<Result<http::Response>> ask(http::Client& client, std::string base_url, http::ClientRequest request);
/// kUpstream: it answered something that cannot be used.
Error bad_answer(std::string message);
/// Everything but letters, digits and "-._~" as "%XX".
std::string encoded(std::string_view text);

}  // namespace rapt::marketplace
