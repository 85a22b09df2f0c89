// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::bundle {

/// kInvalid unless `archive` is one zstd frame and nothing more.
Result<void> check_one_frame(std::string_view archive);
/// kInvalid unless nothing but tar's zeros follows the last entry, which ends at `end` of the unpacked archive. To be
/// called when the entries have been read within their limits: it unpacks once more, and keeps nothing.
Result<void> check_tar_end(std::string_view archive, std::size_t end);

}  // namespace rapt::bundle
