// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"

namespace rapt::agent {

/// The socket at which servers say that they are ready (systemd's protocol). The kernel says who speaks, so that nobody
/// else on the machine can.
class Notices {
 public:
  static Result<Notices> open();
  /// One that was made by open(), in another program of this process.
  static Result<Notices> adopt(UniqueFd socket);
  /// For NOTIFY_SOCKET.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  /// Tells who has said "READY=1" since the last call.
  void take(const std::function<void(pid_t)>& ready) const;

 private:
  UniqueFd socket_;
  std::string name_;
};

}  // namespace rapt::agent
