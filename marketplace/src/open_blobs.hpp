// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "blobs.hpp"

namespace rapt::marketplace {

/// The store that `--blobs` names: a folder. kInvalid when it is none.
Result<std::unique_ptr<Blobs>> open_blobs(const std::string& where);

}  // namespace rapt::marketplace
