// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rapt/release/archive.hpp"

namespace rapt::release {

inline constexpr std::size_t kMaxManifestBytes = std::size_t{8} << 20;

bool is_architecture(std::string_view text);
/// Why no file of a release may have this path; "" when it may.
std::string_view path_fault(std::string_view path);
/// Why these cannot lie in one folder in this order (each once, by path, none below another); "" when they can.
std::string order_fault(const std::vector<File>& files);
/// "raptscallions-VERSION-ARCHITECTURE".
std::string folder_name(const Manifest& manifest);
/// The highest number below migrations/core.
int count_core_migrations(const std::vector<File>& files);

}  // namespace rapt::release
