// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "rapt/bundle/bundle.hpp"

namespace rapt::bundle {

/// Unpacks a zstd-compressed ustar archive into memory, refusing everything that a bundle may not hold, and anything
/// after its end.
Result<std::map<std::string, File>> read_archive(std::string_view archive);
/// Sorted entries, no times, no owners, one thread, a fixed level: the same files give the same bytes.
Result<std::string> write_archive(const std::map<std::string, File>& files);

}  // namespace rapt::bundle
