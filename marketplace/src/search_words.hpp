// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/result.hpp"
#include "rapt/http/message.hpp"

namespace rapt::marketplace {

/// What somebody looks for.
struct SearchWords {
  std::string typed;
  std::string tsquery;  ///< as PostgreSQL's to_tsquery reads it: the beginning of each of the first eight words counts
};

/// The parameter `q`; both empty without it. kInvalid when it holds no word.
Result<SearchWords> words_of(const http::Request& request);

}  // namespace rapt::marketplace
