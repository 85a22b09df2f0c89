// SPDX-License-Identifier: AGPL-3.0-or-later
#include "event_stream.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <utility>

namespace rapt::http {

namespace {

constexpr std::string_view kHeartbeat = ": heartbeat\n\n";

/// Room for the size of a chunk, before what is known only once the chunk is whole.
constexpr std::size_t kSizeRoom = 18;
constexpr std::string_view kEndOfChunk = "\r\n";

void append_data_line(std::string& out, std::string_view line) {
  out.append("data: ").append(line).append("\n");
}

void append_event(std::string& out, const ServerSentEvent& event) {
  if (!event.id.empty()) out.append("id: ").append(event.id).append("\n");
  out.append("event: ").append(event.event).append("\n");
  std::string_view data = event.data;
  for (auto end = data.find_first_of("\r\n"); end != std::string_view::npos; end = data.find_first_of("\r\n")) {
    append_data_line(out, data.substr(0, end));
    data.remove_prefix(data.substr(end, 2) == "\r\n" ? end + 2 : end + 1);
  }
  append_data_line(out, data);
  out.append("\n");
}

}  // namespace

std::string format_event(const ServerSentEvent& event) {
  std::string out;
  append_event(out, event);
  return out;
}

SocketEventStream::SocketEventStream(Tcp::socket& socket, Deadline& deadline, const ServerOptions& options,
                                     bool chunked)
    : socket_(socket), deadline_(deadline), options_(options), chunked_(chunked), heartbeat_(socket.get_executor()) {}

void SocketEventStream::start(bool client_present) {
  closed_ = !client_present;
  if (closed_) return;
  open_ = true;
  quiet_since_ = Clock::now();
  schedule_heartbeat();
  watch_client();
}

/// Makes a chunk of what stands behind kSizeRoom bytes.
std::string_view SocketEventStream::framed(std::string& text) const {
  if (!chunked_) return std::string_view(text).substr(kSizeRoom);
  char size[kSizeRoom];
  char* const end = std::to_chars(size, size + sizeof size, text.size() - kSizeRoom, 16).ptr;
  const auto digits = static_cast<std::size_t>(end - size);
  const std::size_t begin = kSizeRoom - digits - kEndOfChunk.size();
  text.replace(begin, digits, size, digits);
  text.replace(begin + digits, kEndOfChunk.size(), kEndOfChunk);
  text += kEndOfChunk;
  return std::string_view(text).substr(begin);
}

Task<bool> SocketEventStream::send(std::string_view event, std::string_view data) {
  const ServerSentEvent one{event, data};
  co_return co_await send_all({&one, 1});
}

Task<bool> SocketEventStream::send_all(std::span<const ServerSentEvent> events) {
  if (closed_) co_return false;
  std::string text(kSizeRoom, ' ');
  for (const auto& event : events) append_event(text, event);
  const auto bytes = framed(text);
  co_return co_await write(bytes);
}

Task<bool> SocketEventStream::write(std::string_view framed_bytes) {
  const std::string before = std::exchange(unsent_, {});
  writing_ = true;
  const bool written = co_await write_all(socket_, deadline_, options_.write_timeout, before, framed_bytes);
  writing_ = false;
  if (!written) closed_ = true;
  quiet_since_ = Clock::now();
  co_return written && !closed_;
}

/// The timer goes on running while events are sent, and looks, when it ends, whether it has been quiet for so long.
void SocketEventStream::schedule_heartbeat() {
  heartbeat_.expires_at(quiet_since_ + options_.heartbeat);
  heartbeat_.async_wait([self = shared_from_this()](const boost::system::error_code& fault) {
    if (fault || !self->open_ || self->closed_) return;
    if (Clock::now() >= self->quiet_since_ + self->options_.heartbeat) self->send_heartbeat();
    self->schedule_heartbeat();
  });
}

// Sent at once or not at all, beside the handler's own writes: a client that takes nothing needs no comment.
void SocketEventStream::send_heartbeat() {
  if (!writing_ && unsent_.empty()) {
    std::string text(kSizeRoom, ' ');
    const std::string_view comment = framed(text.append(kHeartbeat));
    const ssize_t sent = ::send(socket_.native_handle(), comment.data(), comment.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      unsent_ = comment.substr(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      closed_ = true;
    }
  }
  quiet_since_ = Clock::now();
}

void SocketEventStream::watch_client() {
  socket_.async_wait(Tcp::socket::wait_read, [self = shared_from_this()](const boost::system::error_code& fault) {
    // Without open_ the socket may be gone. A deadline's cancel() ends the wait as well, with the writer's failure.
    if (!fault && self->open_) self->look_at_client();
  });
}

void SocketEventStream::look_at_client() {
  char byte = 0;
  const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return;  // the next request, already: from here on the comments find out
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return watch_client();
  closed_ = true;
}

Task<bool> SocketEventStream::finish(bool orderly) {
  heartbeat_.cancel();
  if (std::exchange(open_, false)) {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
  if (closed_ || !orderly) co_return false;
  const bool written = co_await write(chunked_ ? "0\r\n\r\n" : "");
  co_return written&& chunked_;
}

}  // namespace rapt::http
