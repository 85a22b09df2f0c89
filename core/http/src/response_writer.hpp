// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "body_stream.hpp"
#include "event_stream.hpp"
#include "rapt/http/server.hpp"
#include "response_head.hpp"
#include "socket_io.hpp"

namespace rapt::http {

/// The answer to one request of a connection. Lives on the connection's strand.
class ResponseWriter final : public Responder {
 public:
  struct Asked {
    std::string request_id;
    bool head_only = false;
    bool http_1_1 = true;
    bool keep_alive = true;
    std::function<bool()> is_last{};  ///< asked when the head is written: the connection ends with this answer
  };
  ResponseWriter(Tcp::socket& socket, Deadline& deadline, const ServerOptions& options, Asked asked);
  Task<void> send(Response response) override;
  Task<EventStream*> open_event_stream(Headers extra) override;
  Task<BodyStream*> open_body_stream(Headers headers) override;
  Task<BodyStream*> open_sized_stream(int status, Headers headers, std::uint64_t length) override;

  /// Ends a stream; `orderly` tells its reader that it is complete.
  Task<void> finish(bool orderly);
  [[nodiscard]] bool answered() const { return answered_; }
  /// Whether the connection can take another request.
  [[nodiscard]] bool reusable() const { return answered_ && reusable_; }

 private:
  Framing framing();

  Tcp::socket& socket_;
  Deadline& deadline_;
  const ServerOptions& options_;
  const Asked asked_;
  bool answered_ = false;
  bool reusable_ = true;
  std::shared_ptr<SocketEventStream> stream_;
  std::unique_ptr<SocketBodyStream> body_;
};

}  // namespace rapt::http
