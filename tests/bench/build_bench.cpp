// SPDX-License-Identifier: AGPL-3.0-or-later
// How long a developer waits: a clean build of everything without a compiler cache, and the program after a change in a
// service. The baselines are the project's own limits (12 minutes, 60 seconds). Takes many minutes: only when named.
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench.hpp"
#include "shell.hpp"

namespace rapt::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kCleanLimit = 12 * 60;
constexpr double kChangeLimit = 60;

std::vector<Figure> measure_build() {
  const char* source = std::getenv("RAPT_SOURCE_DIR");
  if (source == nullptr) throw std::runtime_error("RAPT_SOURCE_DIR is not set: run ./rapt bench build");
  setenv("CCACHE_DISABLE", "1", 1);
  const ScratchFolder folder;
  run_timed({"cmake", "-G", "Ninja", "-S", source, "-B", folder.path, "-DCMAKE_BUILD_TYPE=Release",
             "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -g1"});
  const double clean = run_timed({"cmake", "--build", folder.path});
  fs::last_write_time(fs::path(source) / "core/chat/src/chat_service.cpp", fs::file_time_type::clock::now());
  const double change = run_timed({"cmake", "--build", folder.path, "--target", "rapt"});
  return {{"build_clean", clean, "s", kCleanLimit}, {"build_after_change_in_a_service", change, "s", kChangeLimit}};
}

const Group build("build", measure_build, true);

}  // namespace
}  // namespace rapt::bench
