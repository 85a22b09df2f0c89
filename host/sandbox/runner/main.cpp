// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt-runner: started by the host as a fork server; its children become sandboxes and load one module each.
#include <unistd.h>

#include <cstring>

#include "runner.hpp"

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--fork-server") == 0) return rapt::runner::run_fork_server();
  static constexpr char kUsage[] =
      "rapt-runner is started by rapt; it is not a command of its own. What the sandbox can do here: rapt doctor\n";
  const ssize_t written = write(STDERR_FILENO, kUsage, sizeof kUsage - 1);
  return written < 0 ? 1 : 2;
}
