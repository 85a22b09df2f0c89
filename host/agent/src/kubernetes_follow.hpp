// SPDX-License-Identifier: AGPL-3.0-or-later
// One object as it changes: a list, then a watch from there, and again when the watch has become too old.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "kubernetes_api.hpp"

namespace rapt::agent::kubernetes {

class Follow {
 public:
  Follow(Api& api, Resource resource, std::string name);
  ~Follow();
  Follow(const Follow&) = delete;
  Follow& operator=(const Follow&) = delete;
  /// The object as it is now: at once, then whenever it has changed, and every options().look_every at the latest.
  /// kNotFound when it has gone, kForbidden, kUnavailable.
  Task<Result<nlohmann::json>> next();

 private:
  enum class Heard { kChange, kNothing, kEnd, kGone };
  Task<Result<void>> list();
  Task<Result<void>> open();
  Task<Heard> hear();
  Heard take(const std::string& line);

  Api& api_;
  const Resource resource_;
  const std::string name_;
  std::string version_;  ///< of the list or event that was seen last; "" to list again
  std::string buffer_;
  std::unique_ptr<nlohmann::json> object_;
  std::unique_ptr<http::ClientStream> stream_;
  std::chrono::steady_clock::time_point opened_{};
};

}  // namespace rapt::agent::kubernetes
