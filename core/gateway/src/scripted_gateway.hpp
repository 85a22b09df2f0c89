// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "rapt/base/file.hpp"

namespace rapt::gateway::testing {

struct Asked {
  std::size_t number = 0;      ///< of all requests, from 0
  std::size_t connection = 0;  ///< of all connections, from 0
  std::string target;
  std::string head;
  std::string body;
  [[nodiscard]] std::string field(std::string_view name) const;  ///< "" when it is not there
};

/// One connection of a test's server: what the test sends goes out byte by byte as it is.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  void send(std::string_view bytes) const;
  /// The head of a stream of events and the events, without an end.
  void begin_events(std::string_view events = {}) const;
  void answer(int status, std::string_view body, std::string_view fields = {}) const;
  /// Waits until the other side has closed.
  void wait_until_left() const;
  void close() const;  ///< at once, in the middle of whatever it is

 private:
  int fd_;
};

/// A server on the loopback address that answers each request as the test's function says, on a thread for each
/// connection.
class ScriptedGateway {
 public:
  using Script = std::function<void(const Asked&, const Peer&)>;
  explicit ScriptedGateway(Script script);
  ~ScriptedGateway();
  ScriptedGateway(const ScriptedGateway&) = delete;
  ScriptedGateway& operator=(const ScriptedGateway&) = delete;

  [[nodiscard]] std::string url() const;  ///< the base of the API
  [[nodiscard]] std::vector<Asked> asked() const;

 private:
  void accept_all();
  void serve(int fd, std::size_t connection);

  Script script_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Asked> asked_;
  std::vector<int> open_;
  bool stopping_ = false;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

/// `data: {...}` with a chunk that says `words`.
std::string chunk(std::string_view words);
/// A finish_reason, usage of 7 and `output` tokens, and [DONE].
std::string ending(int output);

}  // namespace rapt::gateway::testing
