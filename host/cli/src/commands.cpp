// SPDX-License-Identifier: AGPL-3.0-or-later
// The table of everything that the program can do; each area has a words_*.cpp.
#include <algorithm>
#include <iterator>

#include "words.hpp"

namespace rapt::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = [] {
    std::vector<Command> all;
    for (const auto words :
         {system_words, module_words, user_words, usage_words, trust_words, tool_words, author_words, demo_words}) {
      auto area = words();
      std::move(area.begin(), area.end(), std::back_inserter(all));
    }
    return all;
  }();
  return table;
}

}  // namespace rapt::cli
