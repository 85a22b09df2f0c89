// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace rapt::author {

/// What of sdk/world is within the program (cmake/embed_text.cmake).
struct WorldFile {
  std::string_view name;  ///< "world" is the schema, "school" the built-in world
  std::string_view text;
};
std::span<const WorldFile> world_files();

}  // namespace rapt::author
