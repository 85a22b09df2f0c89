// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis.hpp"

namespace struggle {

struct Config {
  Options options;
  bool instruct = true;  ///< whether the tutor is told
  Level instruct_from = Level::kModerate;
};

/// Throws std::invalid_argument with a sentence when `json` does not fit config.schema.json.
Config parse_config(std::string_view json);

/// The extraction "struggle".
std::string to_json(const Analysis& analysis);
/// The extraction "struggle.summary" of a whole conversation; empty when the student said nothing.
std::string summary_json(const std::vector<Turn>& turns, const Options& options);
/// What the tutor is asked to do for a student who struggles so.
std::string instruction(const Analysis& analysis);

}  // namespace struggle
