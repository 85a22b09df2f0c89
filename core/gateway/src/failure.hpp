// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "rapt/base/error.hpp"

namespace rapt::gateway {

/// What another server said of a failure, as far as it may be known: its sentence only as what it means.
struct ReportedError {
  int status = 0;          ///< the HTTP status that it stands for, 0 when it names none
  std::string codes{};     ///< for the log
  bool no_model = false;   ///< there is no such model
  bool too_long = false;   ///< what was asked does not fit into the model
  bool moderated = false;  ///< a filter of the other side does not like what was asked
};

/// A failed try: what the reader gets, and what can be done about it while no answer has begun.
struct Failure {
  Error error;
  bool again = false;                                ///< asking again may help
  bool other_model = false;                          ///< another model may answer
  std::optional<std::chrono::milliseconds> pause{};  ///< what the other side asked for
};

/// `pause` is what the other side asked for.
Failure to_failure(const ReportedError& reported, std::optional<std::chrono::milliseconds> pause);
/// Of a connection. While an answer is on its way, nothing can be done: it may have been paid for.
Failure transfer_failure(const Error& failure, bool while_answering);

Error invalid_response(std::string log_detail);
Error gateway_error(std::string message, std::string log_detail);
Error broke_off(std::string log_detail);

/// How long to wait before a further try: the pause doubled with each, up to five seconds, of which the half is left to
/// chance (`luck`, 0 to 1), so that many callers do not come back together; and never less than what was asked for.
std::chrono::milliseconds backoff(std::chrono::milliseconds pause, int retry,
                                  std::optional<std::chrono::milliseconds> asked_for, double luck);
/// Whoever asks for a longer pause is not waited for.
inline constexpr std::chrono::milliseconds kLongestPause{5000};

}  // namespace rapt::gateway
