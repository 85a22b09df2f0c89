// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::agent {

/// A server's process before it is one.
struct Launch {
  std::filesystem::path release;         ///< FOLDER/bin/rapt serve is started
  std::vector<std::string> environment;  ///< made by environment_of()
  int listening = -1;
  int name = -1;    ///< held by it; -1: none
  int errors = -1;  ///< becomes standard output and standard error
  int cgroup = -1;  ///< cgroup.procs of the cgroup that it joins first; -1: none
};

/// Starts it; it gets SIGTERM when the calling thread ends. A program that cannot be run ends with 127, and says why on
/// `errors`.
Result<pid_t> launch(const Launch& what);

/// This process's variables for a server of that release: its folders are those of the release, what systemd has told
/// this process is left out.
std::vector<std::string> environment_of(const std::vector<std::string>& own, const std::filesystem::path& release,
                                        const std::string& host_name, const std::string& notify_socket);

/// For exec(): the words, which must outlive it, and a null pointer.
std::vector<char*> pointers(std::vector<std::string>& words);

/// "NAME" of "NAME=VALUE".
std::string_view name_of(std::string_view variable);

}  // namespace rapt::agent
