// SPDX-License-Identifier: AGPL-3.0-or-later
// The table of everything that the program can do; each area has a words_*.cpp.
#include <algorithm>
#include <iterator>

#include "words.hpp"

namespace rapt::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = [] {
    std::vector<Command> all;
    for (const auto words : {system_words, update_words, module_words, user_words, usage_words, trust_words, tool_words,
                             author_words, publish_words, release_words, demo_words}) {
      auto area = words();
      std::move(area.begin(), area.end(), std::back_inserter(all));
    }
    return all;
  }();
  return table;
}

int run(Console& console, const std::vector<std::string>& words) {
  const Program program{
      "rapt", "RaptScallions: an AI-education platform whose every feature is a signed, sandboxed module.", commands()};
  return run(program, console, words);
}

Result<config::Settings> settings_of(const Console& console) {
  return config::load_settings(console.environment);
}

Result<config::Settings> local_settings_of(const Console& console) {
  return config::load_settings([&console](std::string_view name) {
    auto value = console.environment(name);
    if (!value && name == "DATABASE_URL") value = "postgresql://not-used/not-used";
    if (!value && name == "REDIS_URL") value = "redis://127.0.0.1/0";
    return value;
  });
}

}  // namespace rapt::cli
