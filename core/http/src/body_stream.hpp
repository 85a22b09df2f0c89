// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rapt/http/server.hpp"
#include "socket_io.hpp"

namespace rapt::http {

/// A body in pieces over a socket: chunked, of an announced length, or up to the end of the connection. Lives on the
/// connection's strand.
class SocketBodyStream final : public BodyStream {
 public:
  enum class Framing : std::uint8_t { kChunked, kSized, kUntilClosed, kHeadOnly };
  SocketBodyStream(Tcp::socket& socket, Deadline& deadline, const ServerOptions& options, Framing framing,
                   std::uint64_t length = 0);
  /// `client_present`: whether the head could be sent.
  void start(bool client_present) { open_ = client_present; }
  Task<bool> write(std::string_view piece) override;
  void give_up() override { given_up_ = true; }
  /// With `orderly`, sends the end of the body. False when the connection cannot be used again.
  Task<bool> finish(bool orderly);

 private:
  Tcp::socket& socket_;
  Deadline& deadline_;
  const ServerOptions& options_;
  const Framing framing_;
  std::uint64_t left_;  ///< kSized: what is still to be written
  bool open_ = false;
  bool given_up_ = false;
};

}  // namespace rapt::http
