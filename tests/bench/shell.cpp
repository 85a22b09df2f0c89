// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shell.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

namespace rapt::bench {

namespace fs = std::filesystem;

double run_timed(const std::vector<std::string>& words) {
  using Clock = std::chrono::steady_clock;
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

ScratchFolder::ScratchFolder() {
  std::string name = (fs::temp_directory_path() / "rapt-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("a temporary folder cannot be made");
  path = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

}  // namespace rapt::bench
