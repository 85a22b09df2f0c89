// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"

namespace rapt::agent {

/// What this process was given by whoever started it and looks after it: a Keeper, or systemd, whose protocol it is
/// (LISTEN_FDS, LISTEN_PID, NOTIFY_SOCKET).
class Supervision {
 public:
  Supervision() = default;  ///< nobody does
  /// Takes it over: closed on exec from now on, and gone from the environment, so that nothing that this process starts
  /// takes it for its own. Call it before there are threads. kInvalid when what is said cannot be (the sentence names
  /// the variable).
  static Result<Supervision> take();

  /// The first socket that was handed on, which listens; none when none was, or when it has been taken.
  [[nodiscard]] bool has_socket() const { return static_cast<bool>(listening_); }
  UniqueFd take_socket() { return std::move(listening_); }
  /// Says "READY=1", "STOPPING=1", "STATUS=…" to it. Nobody there: nothing happens; a failure is logged.
  void tell(std::string_view state) const;

 private:
  UniqueFd listening_;
  std::string notify_;
};

}  // namespace rapt::agent
