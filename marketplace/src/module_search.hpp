// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "list_cursor.hpp"
#include "rapt/http/message.hpp"
#include "rapt/store/database.hpp"
#include "search_words.hpp"

namespace rapt::marketplace {

enum class ModuleOrder : std::uint8_t { kRelevance, kDownloads, kRating, kUpdated, kName };

/// What a reader of the list of modules asks for; nullopt or "" where it does not matter.
struct ModuleQuery {
  SearchWords words;
  std::optional<std::string> category, hook, permission, publisher, architecture, channel;
  std::optional<int> abi_major, abi_minor;  ///< both or none: versions that such a host can run
  ModuleOrder order = ModuleOrder::kDownloads;
  std::optional<ListCursor> cursor;
  std::int64_t limit = kUsualPage;
};

/// kInvalid with the parameter that is wrong.
Result<ModuleQuery> parse_module_query(const http::Request& request);
/// Names the order in cursors.
std::string_view name(ModuleOrder order);

/// What the rows of found modules have: every column of ModuleSummary (module_views.hpp), and "key", the place in the
/// order. One row more than the limit says that there is another page.
Task<Result<store::Rows>> search_modules(store::Database& database, ModuleQuery query);
/// The same for one module, also when none of its versions may be installed.
Task<Result<store::Rows>> summary_of_module(store::Database& database, std::string name);

}  // namespace rapt::marketplace
