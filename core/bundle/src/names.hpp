// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::bundle {

inline constexpr std::string_view kManifestPath = "manifest.json";
inline constexpr std::string_view kSignaturePath = "SIGNATURE";
inline constexpr std::size_t kMaxPathBytes = 99;  ///< what ustar's name field holds beside its NUL

/// ^[a-z][a-z0-9-]{1,62}$, for modules and publishers.
bool is_name(std::string_view text);
/// What is wrong with a path inside a bundle ("" when nothing is): relative, [A-Za-z0-9._/-], no empty or hidden part.
std::string_view path_fault(std::string_view path);
/// kInvalid with one sentence.
Error refuse(std::string message);

}  // namespace rapt::bundle
