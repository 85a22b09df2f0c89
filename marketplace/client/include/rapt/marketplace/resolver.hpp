// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::marketplace {

/// A version that could be installed. Who offers it has left out what this host cannot run.
struct Candidate {
  Version version;
  std::string text;  ///< the version as it was published
  std::string publisher;
  std::map<std::string, std::string> dependencies;  ///< module -> range
  bool yanked = false;                              ///< only ever chosen when it is installed already
  bool beta = false;                                ///< of the channel beta: chosen when that is followed, or asked for
};

/// What is known of each module.
class Offers {
 public:
  virtual ~Offers() = default;
  /// All versions, in any order. kNotFound when nobody offers the module.
  virtual Task<Result<std::vector<Candidate>>> of(std::string module) = 0;
};

/// What is installed, as far as it matters to the choice.
struct Present {
  std::string module, publisher;
  Version version;
  std::string text;
  std::map<std::string, std::string> dependencies;
  std::optional<std::string> pin;  ///< an admin's range: what is chosen has to be in it
};

struct Wanted {
  std::string module;
  std::string range;  ///< "" for the newest that fits
  bool beta = false;  ///< also versions of the channel beta, and pre-releases
};

/// One change of the set of modules, in the order in which it has to be made (what is needed comes first).
struct Change {
  std::string module;
  std::optional<std::string> from;  ///< nullopt: newly installed
  Candidate to;
  std::string because;  ///< "asked for", "struggle-detector 2.0.0 needs ^1.4"
};

/// Chooses versions so that every dependency of every installed module holds, changing as little as it can: what is
/// installed stays where it may, otherwise the newest version that fits is taken. First of all, what is wanted gets the
/// newest version that is possible, in the order of the list. Never chosen: another publisher's versions of what is
/// installed, and, unless a range names them, versions older than the installed one. What is installed may stay also
/// outside of its pin, and yanked. The same input gives the same changes. kConflict when there is no such choice, or
/// none was found within a limit of steps; the message tells who asks for what, and which change would make it
/// possible. kNotFound when nobody offers what is wanted; kInvalid for a range that is none.
Task<Result<std::vector<Change>>> resolve(std::vector<Wanted> wanted, std::vector<Present> installed, Offers& offers);
/// What would lack a dependency if `module` went: "struggle-detector 2.0.0 needs safety-filter ^1.4". Empty: nothing.
std::vector<std::string> dependents(const std::vector<Present>& installed, const std::string& module);

}  // namespace rapt::marketplace
