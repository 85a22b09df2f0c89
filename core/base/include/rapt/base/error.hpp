// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rapt {

/// What kind of failure it is; the API maps each to one status and the log to one level.
enum class ErrorKind : std::uint8_t {
  kInvalid,        ///< the caller's input is wrong; `fields` says where
  kUnauthorized,   ///< nobody is logged in
  kForbidden,      ///< logged in, but may not
  kNotFound,       ///< not there, or not the caller's to know
  kConflict,       ///< not possible in the present state
  kTooLarge,       ///< over a documented limit
  kUnsupported,    ///< media type or method
  kBlocked,        ///< a module stopped it: an answer, not a fault
  kUnprocessable,  ///< understood, but the result does not fit (a model's output against its schema)
  kRateLimited,    ///< too often; `retry_after_seconds` says when again
  kUpstream,       ///< the AI gateway or another server answered wrongly
  kUnavailable,    ///< a part of the system is away for now
  kTimeout,        ///< a part of the system was too slow
  kInternal,       ///< a fault of ours; details stay in the log
};

/// One wrong field of an input: its path ("input.grade", "modules[1].name"), and what to do about it.
struct FieldError {
  std::string path;
  std::string message;
};

/// An expected failure, handed up as a value. Readers outside see `message`, `code`, `fields` and the module's or
/// part's name; `log_detail` is for the log alone and must hold no secrets either.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string code;     ///< MACHINE_CODE of docs/api.md; empty means the kind's usual one
  std::string message;  ///< one sentence for the reader
  std::string log_detail{};
  std::vector<FieldError> fields{};
  std::string part{};  ///< module, service or table concerned, if one is
  int retry_after_seconds = 0;

  static Error invalid(std::string path, std::string message);
  static Error not_found(std::string what);  ///< "There is no such <what>."
  static Error conflict(std::string message);
  static Error forbidden(std::string message);
  static Error unauthorized();
  static Error internal(std::string log_detail);
  static Error unavailable(std::string part, std::string message, std::string log_detail = {});
};

}  // namespace rapt
