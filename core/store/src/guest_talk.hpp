// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "guest_connection.hpp"

namespace rapt::store {

/// Talks over a guest's connection on the loop of the task that asks, until a deadline. The connection outlives it.
class GuestTalk {
 public:
  GuestTalk(PGconn* connection, const Executor& executor, Steady::time_point deadline);
  ~GuestTalk();
  GuestTalk(const GuestTalk&) = delete;
  GuestTalk& operator=(const GuestTalk&) = delete;

  Task<GuestOutcome> exec(const GuestStatement& statement, GuestSink* sink);
  /// Reads what is left of a statement that nobody has waited for. False: the connection is of no use.
  Task<bool> drain();

 private:
  /// What the deadline's timer may still see when the talk is over.
  struct Watched {
    explicit Watched(const Executor& executor) : descriptor(executor) {}
    boost::asio::posix::stream_descriptor descriptor;
    bool late = false;
  };
  using Wait = boost::asio::posix::stream_descriptor::wait_type;

  Task<bool> ready(Wait what);
  Task<bool> flushed();
  Task<GuestOutcome> results(GuestSink* sink);
  bool send(const GuestStatement& statement);
  GuestOutcome broken() const;

  PGconn* const connection_;
  const std::shared_ptr<Watched> watched_;
  boost::asio::steady_timer timer_;
};

}  // namespace rapt::store
