// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "rapt/base/file.hpp"

namespace rapt::http::testing {

/// The other side closed where more was to come.
struct Closed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A blocking TCP socket for tests that send and read bytes exactly as they say. What does not come within ten seconds
/// fails the test.
class RawSocket {
 public:
  static RawSocket connect(std::uint16_t port);
  explicit RawSocket(UniqueFd fd);
  void send(std::string_view bytes);
  /// Up to and with `end`; throws Closed when the peer closes before.
  std::string read_until(std::string_view end);
  std::string read_exactly(std::size_t count);
  std::string read_to_end();
  /// One answer with its Content-Length body.
  std::string read_answer();
  /// Whether something is there to be read within that time.
  bool has_answer(std::chrono::milliseconds within);
  void close() { fd_.reset(); }

 private:
  bool fill();
  UniqueFd fd_;
  std::string buffer_;
};

/// Listens on a free port of the loopback address.
class RawListener {
 public:
  RawListener();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  RawSocket accept();
  /// The descriptor of an accepted connection, for those who speak another protocol over it. None once it was stopped.
  UniqueFd accept_fd();
  /// From any thread. What has not been accepted never is.
  void stop();

 private:
  UniqueFd fd_;
  std::uint16_t port_ = 0;
};

/// Serves connections one after the other, each by the script, until it goes: a client may have been too late even to
/// connect. One that leaves in the middle ends the script.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(std::function<void(RawSocket&)> script, int connections = 1);
  ~ScriptedPeer() { listener_.stop(); }
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()) + "/"; }

 private:
  RawListener listener_;
  std::jthread thread_;
};

}  // namespace rapt::http::testing
