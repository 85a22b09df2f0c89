// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

#include "rapt/base/result.hpp"

namespace rapt::host {

/// What a module says of a job that it was given, or of an event that it was told.
struct WorkAnswer {
  enum class Kind {
    kDone,
    kAgain,  ///< once more after `wait`: no failure of the module
    kGaveUp  ///< for good
  } kind = Kind::kDone;
  std::string reason{};  ///< printable; "" when it has said none
  std::chrono::seconds wait{0};
};

/// What a module answered, hostile text (rapt/jobs.h, rapt/events.h). kInvalid with a clause on what is
/// wrong with it.
Result<WorkAnswer> read_work_answer(const std::string& answer_json, bool is_job);

}  // namespace rapt::host
