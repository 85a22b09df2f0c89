// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/bundle/bundle.hpp"

namespace rapt::bundle {

/// kInvalid unless the folder that the manifest names holds numbered .sql files of text and nothing else.
Result<void> check_migrations(const Bundle& bundle);

}  // namespace rapt::bundle
