// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/http/message.hpp"

namespace rapt::marketplace {

/// What somebody looks for; all empty when it does not matter.
struct SearchWords {
  std::vector<std::string> words;  ///< the first eight, of letters and digits alone
  std::string tsquery;             ///< as PostgreSQL's to_tsquery reads it: the beginning of each word counts
};

SearchWords words_in(std::string_view typed);
/// The parameter `q`. kInvalid when it is there and holds no word.
Result<SearchWords> words_of(const http::Request& request);

}  // namespace rapt::marketplace
