// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "turn_log.hpp"
#include "turn_store.hpp"

namespace rapt::chat {

/// Follows a turn of another host by what that copies into Redis. Both must outlive it.
std::unique_ptr<TurnReader> read_remote_turn(TurnLog& log, store::Database& database, UserId owner, SessionId session,
                                             std::string turn, std::int64_t seen);

}  // namespace rapt::chat
