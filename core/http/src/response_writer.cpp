// SPDX-License-Identifier: AGPL-3.0-or-later
#include "response_writer.hpp"

#include <stdexcept>
#include <utility>

namespace rapt::http {

ResponseWriter::ResponseWriter(Tcp::socket& socket, Deadline& deadline, const ServerOptions& options, Asked asked)
    : socket_(socket), deadline_(deadline), options_(options), asked_(std::move(asked)), reusable_(asked_.keep_alive) {}

Framing ResponseWriter::framing() {
  if (asked_.is_last && asked_.is_last()) reusable_ = false;
  Framing framing;
  framing.http_1_1 = asked_.http_1_1;
  framing.keep_alive = reusable_;
  framing.request_id = asked_.request_id;
  return framing;
}

Task<void> ResponseWriter::send(Response response) {
  if (std::exchange(answered_, true)) throw std::logic_error("a request was answered twice");
  const bool bodiless = response.status == 204 || response.status == 304;
  Framing frame = framing();
  if (!bodiless) frame.content_length = response.body.size();
  const std::string head = response_head(response.status, response.headers, frame);
  if (bodiless || asked_.head_only) response.body.clear();
  const bool written = co_await write_all(socket_, deadline_, options_.write_timeout, head, response.body);
  if (!written) reusable_ = false;
}

Task<EventStream*> ResponseWriter::open_event_stream(Headers extra) {
  if (std::exchange(answered_, true)) throw std::logic_error("a request was answered twice");
  extra.set("Content-Type", "text/event-stream");
  extra.set("Cache-Control", "no-store");
  extra.set("X-Accel-Buffering", "no");
  Framing frame = framing();
  frame.chunked = asked_.http_1_1;
  if (!frame.chunked) frame.keep_alive = false;
  const std::string head = response_head(200, extra, frame);
  stream_ = std::make_shared<SocketEventStream>(socket_, deadline_, options_, frame.chunked);
  const bool written = co_await write_all(socket_, deadline_, options_.write_timeout, head, {});
  stream_->start(written);
  co_return stream_.get();
}

Task<BodyStream*> ResponseWriter::open_body_stream(Headers headers) {
  if (std::exchange(answered_, true)) throw std::logic_error("a request was answered twice");
  using Way = SocketBodyStream::Framing;
  Framing frame = framing();
  frame.chunked = asked_.http_1_1;
  if (!frame.chunked) frame.keep_alive = false;
  const std::string head = response_head(200, headers, frame);
  const auto way = asked_.head_only ? Way::kHeadOnly : frame.chunked ? Way::kChunked : Way::kUntilClosed;
  body_ = std::make_unique<SocketBodyStream>(socket_, deadline_, options_, way);
  const bool written = co_await write_all(socket_, deadline_, options_.write_timeout, head, {});
  body_->start(written);
  co_return body_.get();
}

Task<BodyStream*> ResponseWriter::open_sized_stream(int status, Headers headers, std::uint64_t length) {
  if (std::exchange(answered_, true)) throw std::logic_error("a request was answered twice");
  using Way = SocketBodyStream::Framing;
  Framing frame = framing();
  frame.content_length = length;
  const std::string head = response_head(status, headers, frame);
  const auto way = asked_.head_only ? Way::kHeadOnly : Way::kSized;
  body_ = std::make_unique<SocketBodyStream>(socket_, deadline_, options_, way, length);
  const bool written = co_await write_all(socket_, deadline_, options_.write_timeout, head, {});
  body_->start(written);
  co_return body_.get();
}

Task<void> ResponseWriter::finish(bool orderly) {
  if (!stream_ && !body_) co_return;
  bool usable = false;
  if (stream_) usable = co_await stream_->finish(orderly);
  if (body_) usable = co_await body_->finish(orderly);
  if (!usable) reusable_ = false;
}

}  // namespace rapt::http
