// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "blobs.hpp"
#include "s3_address.hpp"

namespace rapt::marketplace {

/// What this process was started with.
std::optional<std::string> process_environment(std::string_view name);

/// The store that `--blobs` names: a folder, or "s3://…" with its keys in the environment. kInvalid says what is wrong
/// with it; of a store that is only away for now the log tells.
Result<std::unique_ptr<Blobs>> open_blobs(const std::string& where,
                                          const Environment& environment = process_environment);

}  // namespace rapt::marketplace
