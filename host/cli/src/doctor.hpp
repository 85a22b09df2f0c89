// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "instance.hpp"

namespace rapt::cli {

/// One finding of `rapt doctor`.
struct Finding {
  enum class State { kFine, kWarning, kFault } state = State::kFine;
  std::string part;
  std::string detail;
  std::string remedy;  ///< "" when nothing needs doing
};
using Findings = std::vector<Finding>;

// The checks, one source a group.
void check_machine(const config::Settings& settings, Findings& out);   ///< programs, folders, disk, sandbox layers
void check_services(const config::Settings& settings, Findings& out);  ///< database, clock, Redis, gateway, registry
void check_platform(const config::Settings& settings, Findings& out);  ///< agents, updates, releases
void check_modules(const config::Settings& settings, Findings& out);   ///< trust store, installed bundles

}  // namespace rapt::cli
