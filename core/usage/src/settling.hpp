// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/usage/usage.hpp"

namespace rapt::usage {

/// Whether trying again may help.
bool may_pass(const Error& error);
/// The last place where the figures of a call are kept.
void log_unrecorded(const Record& record, const std::string& why);
/// All of them, or none.
Task<Result<void>> store_records(store::Database& database, std::vector<Record> records);
/// Gives back what the call has reserved, if it has.
Task<Result<void>> release_reservation(store::Database& database, std::string call_id);

}  // namespace rapt::usage
