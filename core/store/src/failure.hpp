// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/base/error.hpp"

namespace rapt::store {

/// What a failed statement means for those above it.
struct Failure {
  Error error;
  bool retryable = false;        ///< serialization failure or deadlock: the whole transaction may run again
  bool connection_lost = false;  ///< the connection is of no further use
};

/// Translates the exception being handled; call it inside a catch block. `statement` is a statement's name. The error's
/// message is for anybody; its log_detail names statement, SQLSTATE and the server's first line without its DETAIL,
/// because that one quotes values.
Failure current_failure(const char* statement);

}  // namespace rapt::store
