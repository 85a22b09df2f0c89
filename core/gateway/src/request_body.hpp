// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/gateway/gateway.hpp"

namespace rapt::gateway {

/// The JSON that asks `model` for a stream with usage. kInvalid when a picture is of a kind that models do not take.
Result<std::string> chat_body(const ChatRequest& request, const std::string& model,
                              std::optional<double> temperature = {});

}  // namespace rapt::gateway
