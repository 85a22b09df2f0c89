// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <algorithm>
#include <string_view>

#include "rapt/bundle/manifest.hpp"

namespace rapt::author {

inline bool asks_for(const bundle::Manifest& manifest, std::string_view permission) {
  const auto& asked = manifest.permissions;
  return std::any_of(asked.begin(), asked.end(), [&](const auto& one) { return one.name == permission; });
}
/// For a service that looks at the tables of a host.
inline bool asks_about_people(const bundle::Manifest& manifest) {
  return asks_for(manifest, "directory") || asks_for(manifest, "sessions") || asks_for(manifest, "grades");
}

}  // namespace rapt::author
