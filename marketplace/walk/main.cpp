// SPDX-License-Identifier: AGPL-3.0-or-later
// For tests/tuf: lives a random life on a database of its own, as many steps as each line of standard input says, and
// then tells on standard output what a client has to find. A registry serves the same database meanwhile.
//   rapt-marketplace-walk SEED
#include <iostream>

#include <nlohmann/json.hpp>

#include "walk.hpp"

namespace {

using namespace rapt;
using namespace rapt::marketplace;

void live(std::uint64_t seed) {
  const auto scratch = marketplace_database();
  TestFolder folder;
  walk::Walk walk(seed, folder, **scratch);
  std::cout << nlohmann::json{{"database_url", scratch->options().url},
                              {"folder", folder.path.string()},
                              {"keys", (folder.path / "online").string()},
                              {"root", (folder.path / "metadata/1.root.json").string()}}
            << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<std::string> did;
    for (auto left = std::stoul(line); left > 0; --left) did.push_back(walk.step());
    std::cout << nlohmann::json{{"did", did},
                                {"root_version", walk.root_version()},
                                {"targets", nlohmann::json::parse(walk.expected())}}
              << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::invalid_argument("rapt-marketplace-walk SEED");
    live(std::stoull(argv[1]));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "rapt-marketplace-walk: " << error.what() << "\n";
    return 1;
  }
}
