// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "acting.hpp"
#include "rapt/host/sessions.hpp"
#include "rapt/store/page_cursor.hpp"

namespace rapt::host {

/// Which conversations and runs; what is empty does not narrow it.
struct SessionsWanted {
  std::string kind{}, tool_id{}, class_id{}, assignment_id{}, state{};
  std::string user_id{};  ///< the host's own
  std::string id{};
  std::optional<std::int64_t> after_ms{}, before_ms{};
  std::int64_t limit = 50;
  std::optional<store::PageCursor> cursor{};
};

/// Rows with `item` (an object without its user), `user_id`, `tool_id`, `kind`, `at` and `id`, newest first: one more
/// than the limit when there are more.
Task<Result<store::Rows>> find_sessions(store::Database& database, std::string module, Acting acting,
                                        SessionsWanted wanted);

}  // namespace rapt::host
