// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/base/file.hpp"

namespace rapt::http::testing {

/// A blocking TCP socket for tests that send and read bytes exactly as they say. What does not come within ten seconds
/// fails the test.
class RawSocket {
 public:
  static RawSocket connect(std::uint16_t port);
  explicit RawSocket(UniqueFd fd);
  void send(std::string_view bytes);
  /// Up to and with `end`; throws when the peer closes before.
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
  /// The descriptor of an accepted connection, for those who speak another protocol over it.
  UniqueFd accept_fd();

 private:
  UniqueFd fd_;
  std::uint16_t port_ = 0;
};

}  // namespace rapt::http::testing
