// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "rapt/identity/actor.hpp"

namespace rapt::identity {

/// Actors with the version of what they were made of. Nothing here decides for how long one is right: whoever asks has
/// just read the present version, in the statement that checked the login. Thread-safe.
class ActorCache {
 public:
  /// The actor when that very version of it is known.
  [[nodiscard]] std::optional<Actor> find(const UserId& user, const std::string& version) const;
  void keep(const Actor& actor, std::string version);

 private:
  struct Entry {
    std::string version;
    std::shared_ptr<const Actor> actor;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  ///< by user
};

}  // namespace rapt::identity
