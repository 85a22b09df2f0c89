// SPDX-License-Identifier: AGPL-3.0-or-later
// Gives back what a route was told.
#include <rapt/module.hpp>

struct Echo {
  std::string on_route(std::string_view input) { return R"({"json":)" + std::string(input) + "}"; }
};

RAPT_MODULE(Echo, "bench-echo", "1.0.0");
