// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rapt::bench {

/// A server under load.
struct EdgeTarget {
  std::string origin;                ///< "http://127.0.0.1:3000"
  pid_t pid = 0;                     ///< its process: CPU and memory are this one's
  std::vector<std::string> cookies;  ///< "name=value"; none: the routes that need a login are left out
  std::vector<std::string> groups;   ///< ids whose children are asked for
};

/// What a run of load came to.
struct EdgeRun {
  double requests_per_second = 0;
  double cpu_us = 0;       ///< of the process, user and kernel, a request
  double user_cpu_us = 0;  ///< what its own code takes of that
  double p99_ms = 0;
};

/// The server that `./rapt up` has started, or the one that the environment names. Throws with the remedy.
EdgeTarget our_target();
/// The one to compare with, where the environment names one.
std::optional<EdgeTarget> peer_target();

/// Drives one server with wrk: 32 connections, one thread. Throws when a request failed.
EdgeRun drive(const EdgeTarget& target, const std::vector<std::string>& paths, const std::vector<std::string>& cookies,
              int seconds);
double resident_mib(pid_t pid);
/// The first lines that a command prints.
std::string output_of(const std::string& command);

}  // namespace rapt::bench
