// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/base/error.hpp"

namespace rapt::store {

/// What a failed statement means for those above it.
struct Failure {
  Error error;
  bool retryable = false;        ///< serialization failure or deadlock: the whole transaction may run again
  bool connection_lost = false;  ///< the connection is of no further use
};

/// What the server answered instead of rows. `state` is the SQLSTATE, empty when the connection broke.
Failure failure_of(const char* statement, const std::string& state, std::string_view message);
Failure lost_connection(const char* statement, std::string_view message);

/// Translates the exception being handled; call it inside a catch block. `statement` is a statement's name. The error's
/// message is for anybody; its log_detail names statement, SQLSTATE and the server's first line without its DETAIL,
/// because that one quotes values.
Failure current_failure(const char* statement);

}  // namespace rapt::store
