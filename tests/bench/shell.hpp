// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rapt::bench {

/// Runs a program with its output thrown away; returns the seconds that it took. Throws when it fails.
double run_timed(const std::vector<std::string>& words);

/// A folder that goes when the measurement is over.
struct ScratchFolder {
  std::filesystem::path path;
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();
};

}  // namespace rapt::bench
