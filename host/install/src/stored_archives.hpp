// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/store/database.hpp"

namespace rapt::install {

/// The archives in the database (module_archives), by digest: from there each host gets what it lacks.
/// Keeps the bytes, whose digest the caller has made; again is harmless.
Result<void> store_archive(store::Transaction& tx, const std::string& digest_hex, std::string_view bytes);
/// kNotFound; kForbidden when the bytes that are kept have another digest.
Result<std::string> stored_archive(store::Transaction& tx, const std::string& digest_hex);
/// Removes what neither a module, current or before, nor a fresh upload needs. Call it under lock_modules().
Result<void> forget_archives(store::Transaction& tx);

}  // namespace rapt::install
