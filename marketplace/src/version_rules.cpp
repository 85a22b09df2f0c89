// SPDX-License-Identifier: AGPL-3.0-or-later
// What is decided about a submission without the database.
#include "submissions.hpp"

namespace rapt::marketplace {
std::optional<std::string> in_the_way(const Version& version, const std::vector<std::string>& others) {
  std::optional<std::string> of_major, of_minor;
  bool minor_is_there = false;
  for (const auto& text : others) {
    const auto other = Version::parse(text);
    if (!other || other->core[0] != version.core[0]) continue;
    if (other->is_prerelease() && !version.is_prerelease()) continue;
    const bool same_minor = other->core[1] == version.core[1];
    minor_is_there = minor_is_there || same_minor;
    if (*other < version) continue;
    of_major = text;
    if (same_minor) of_minor = text;
  }
  return minor_is_there ? of_minor : of_major;
}

}  // namespace rapt::marketplace
