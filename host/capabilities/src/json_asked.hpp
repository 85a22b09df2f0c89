// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"
#include "rapt/host/services.hpp"

/// What the services that take a JSON object and give one have in common.
namespace rapt::host {

/// The object that a module asks with. kInvalid for another shape of request, for what is no plain JSON object of at
/// most `depth` levels, and for a member that is not among `members`.
Result<nlohmann::json> json_asked(const ServiceRequest& request, std::initializer_list<std::string_view> members,
                                  unsigned depth);
/// A member that must be a text of at most `most` bytes, and not empty.
Result<std::string> text_of(const nlohmann::json& asked, const char* member, std::size_t most);

ServiceAnswer json_answered(const nlohmann::json& object);
ServiceAnswer json_refused(rapt_status status, const nlohmann::json& object);
/// RAPT_E_INVALID with {"message", "field"?}.
ServiceAnswer json_invalid(const Error& error);

}  // namespace rapt::host
