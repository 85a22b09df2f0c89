// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/error.hpp"

/// How a login through a provider can fail. `log_detail` says more to administrators.
namespace rapt::providers {

inline Error failure(ErrorKind kind, std::string code, std::string message, std::string log_detail) {
  Error error;
  error.kind = kind;
  error.code = std::move(code);
  error.message = std::move(message);
  error.log_detail = std::move(log_detail);
  return error;
}
inline Error state_mismatch(std::string log_detail) {
  return failure(ErrorKind::kInvalid, "STATE_MISMATCH",
                 "This login was begun elsewhere, too long ago, or is used already: begin again.",
                 std::move(log_detail));
}
inline Error provider_unavailable(const std::string& provider, std::string log_detail) {
  auto error = failure(ErrorKind::kUnavailable, "PROVIDER_UNAVAILABLE",
                       "The provider of this login cannot be reached right now.", std::move(log_detail));
  error.part = provider;
  return error;
}
/// The same sentence whether there is no account, or one that may not be used.
inline Error account_unknown(std::string log_detail) {
  return failure(ErrorKind::kForbidden, "ACCOUNT_UNKNOWN", "There is no account here for this login.",
                 std::move(log_detail));
}
inline Error email_unverified() {
  return failure(ErrorKind::kForbidden, "EMAIL_UNVERIFIED", "The provider has not proven the address of this login.",
                 "the claim's address is not verified by the provider");
}

}  // namespace rapt::providers
