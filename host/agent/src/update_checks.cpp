// SPDX-License-Identifier: AGPL-3.0-or-later
#include "update_checks.hpp"

#include "rapt/base/semver.hpp"

namespace rapt::agent {

bool has_digest(std::string_view image) {
  constexpr std::string_view kMark = "@sha256:";
  constexpr std::size_t kHex = 64;
  const auto at = image.find(kMark);
  if (at == std::string_view::npos || at == 0) return false;
  const auto digest = image.substr(at + kMark.size());
  return digest.size() == kHex && digest.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<void> check_schema(const marketplace::PlatformRelease& release, std::string_view from) {
  if (release.schema_from.empty()) return {};
  const auto oldest = Version::parse(release.schema_from), runs = Version::parse(from);
  if (oldest && runs && *runs >= *oldest) return {};
  return Error::conflict("The release " + release.version + " changes the database so that " + std::string(from) +
                         " cannot work beside it: it is taken by hand, with a pause (docs/updating.md).");
}

}  // namespace rapt::agent
