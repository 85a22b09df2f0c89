// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"

namespace rapt::host {

/// What a module answered: an object that is nested at most 32 deep, with no name twice. kInvalid with a clause.
Result<std::shared_ptr<const nlohmann::json>> read_answer_object(const std::string& answer_json);

}  // namespace rapt::host
