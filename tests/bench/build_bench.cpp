// SPDX-License-Identifier: AGPL-3.0-or-later
// How long a developer waits: a clean build of everything without a compiler cache, and the program after a change in a
// service. The baselines are the project's own limits (12 minutes, 60 seconds). Takes many minutes: only when named.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench.hpp"

namespace rapt::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kCleanLimit = 12 * 60;
constexpr double kChangeLimit = 60;

/// Runs a program with its output thrown away and no compiler cache; returns the seconds that it took.
double run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  const auto start = Clock::now();
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (error != 0 || waitpid(pid, &status, 0) != pid || status != 0) throw std::runtime_error(words[0] + " failed");
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A build folder that goes when the measurement is over.
struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "rapt-build-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the build can be made");
    path = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

std::vector<Figure> measure_build() {
  const char* source = std::getenv("RAPT_SOURCE_DIR");
  if (source == nullptr) throw std::runtime_error("RAPT_SOURCE_DIR is not set: run ./rapt bench build");
  setenv("CCACHE_DISABLE", "1", 1);
  const Folder folder;
  run({"cmake", "-G", "Ninja", "-S", source, "-B", folder.path, "-DCMAKE_BUILD_TYPE=Release",
       "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -g1"});
  const double clean = run({"cmake", "--build", folder.path});
  fs::last_write_time(fs::path(source) / "core/chat/src/chat_service.cpp", fs::file_time_type::clock::now());
  const double change = run({"cmake", "--build", folder.path, "--target", "rapt"});
  return {{"build_clean", clean, "s", kCleanLimit}, {"build_after_change_in_a_service", change, "s", kChangeLimit}};
}

const Group build("build", measure_build, true);

}  // namespace
}  // namespace rapt::bench
