// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "finding.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/process/limited_process.hpp"

namespace rapt::marketplace {

/// What can be said of a bundle by reading it: papers, licence, change log, libraries, schemas, migrations, size. One
/// finding for each, also where all is well. `before` is the newest published version's bundle, nullptr for the first:
/// its migrations have to be there unchanged.
std::vector<Finding> read_through(const bundle::Bundle& bundle, std::size_t bytes, const bundle::Bundle* before);

/// How the module behaves: `rapt check FILE --json` in its sandbox. Blocks. When it could not be run, `ran` is false,
/// and the finding says why: somebody has to look.
struct Conformance {
  bool ran = false;
  std::vector<Finding> findings;
};
Conformance try_out(const std::filesystem::path& rapt_program, const std::string& archive,
                    const process::ProcessLimits& limits, const std::function<bool()>& alive);

/// The findings in what `rapt check --json` said; for tests, too.
Conformance read_report(const process::ProcessOutcome& outcome, const process::ProcessLimits& limits);

}  // namespace rapt::marketplace
