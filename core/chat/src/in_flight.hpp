// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "rapt/base/ids.hpp"

namespace rapt::chat {

/// Who is being answered in which conversation on this host, so that a second message is refused before the AI is
/// asked. Several hosts do not see each other's: there the sequence numbers in the database decide. Thread-safe.
class InFlight : public std::enable_shared_from_this<InFlight> {
 public:
  /// The user is part of the key: only the owner's messages reach the AI, and nobody else's try may hinder them.
  using Key = std::pair<UserId, SessionId>;

  /// A place taken, given back at its end. Keeps the set alive.
  class Lease {
   public:
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

   private:
    friend class InFlight;
    Lease(std::shared_ptr<InFlight> set, Key key) : set_(std::move(set)), key_(std::move(key)) {}
    std::shared_ptr<InFlight> set_;
    Key key_;
  };

  /// nullopt while another lease on the same key lives.
  std::optional<Lease> take(Key key);

 private:
  std::mutex mutex_;
  std::set<Key> keys_;
};

}  // namespace rapt::chat
