// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "masker.hpp"
#include "phrases.hpp"

namespace safety {

/// An attachment's configuration, as config.schema.json describes it.
struct Config {
  Rules rules;
  PhraseSet blocked{{}};
  std::string block_message;
};

/// Throws std::invalid_argument with a sentence when `json` does not fit; the schema lets nothing such through.
Config parse_config(std::string_view json);

/// {"email":1,…} of the kinds that were found.
std::string counts_json(const Counts& counts, std::string_view direction);

}  // namespace safety
