// SPDX-License-Identifier: AGPL-3.0-or-later
#include "words.hpp"

#include <iterator>

namespace rapt::marketplace {

Result<std::string> database_url(const cli::Console& console, const cli::Arguments& arguments) {
  auto url = arguments.value("database-url");
  if (url.empty()) url = console.environment("MARKETPLACE_DATABASE_URL").value_or("");
  if (!url.empty()) return url;
  return Error::invalid("database-url",
                        "is needed: say --database-url postgresql://… or set MARKETPLACE_DATABASE_URL, which keeps a "
                        "password out of the list of processes");
}

int run_marketplace(cli::Console& console, const std::vector<std::string>& words) {
  cli::Program program{
      "rapt-marketplace", "A registry: modules, releases and tools, and the metadata that vouches for them.", {}};
  for (const auto area : {serve_words, root_words, review_words, release_words, tool_words}) {
    auto commands = area();
    std::move(commands.begin(), commands.end(), std::back_inserter(program.commands));
  }
  return cli::run(program, console, words);
}

}  // namespace rapt::marketplace
