// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "rapt/base/result.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {

/// What is read of one conversation or run. Whether it may be read has been decided.
struct TranscriptPage {
  std::string module{};      ///< whose findings are shown
  std::string id{}, head{};  ///< head: what a list says of it, a JSON object
  std::int64_t after_seq = 0, limit = 200;
};

/// Its messages, as many as an answer holds, and the findings about them.
Task<Result<std::string>> conversation(store::Database& database, TranscriptPage page);
/// kTooLarge when input and output are larger than an answer.
Task<Result<std::string>> run(store::Database& database, TranscriptPage page);

}  // namespace rapt::host
