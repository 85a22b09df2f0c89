// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::agent::docker {

/// How far the work has come. Written down before anything of the step is done.
enum class Step {
  kPreparing,  ///< nothing that runs has been touched
  kReplacing,  ///< some containers may be new
  kWatching,   ///< all are new
  kKeeping,    ///< the new ones stay; the old ones go
};

/// One container, which an update replaces by another under the same name.
struct Place {
  std::string name, old_id;
  std::string restart_policy;  ///< of the old one, JSON; it has none while it waits
  bool ends_first = false;     ///< the old one ends before the new one starts
};

struct Work {
  std::string id;  ///< label of all that it makes
  bool goes_back = false;
  std::string from, to;
  std::map<std::string, std::string> images;  ///< place -> image that it gets
  std::map<std::string, std::string> before;  ///< place -> image that it had
  Step step = Step::kPreparing;
  std::vector<Place> places;
  std::string because;  ///< why the old ones have to come back; "" while all goes well
};

/// What a roll-back would go to.
struct Past {
  std::string version;
  std::map<std::string, std::string> images;
};

/// The file that outlives the process.
struct Journal {
  std::optional<Work> work;
  std::optional<Past> past;
};
/// Empty when there is no file yet. kInvalid names the file when it is not what was written here.
Result<Journal> read_journal(const std::filesystem::path& path);
Result<void> write_journal(const std::filesystem::path& path, const Journal& journal);

}  // namespace rapt::agent::docker
