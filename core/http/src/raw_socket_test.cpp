// SPDX-License-Identifier: AGPL-3.0-or-later
// Not tests: the sockets that this room's tests share.
#include "raw_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <system_error>
#include <utility>

namespace rapt::http::testing {

namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

RawSocket::RawSocket(UniqueFd fd) : fd_(std::move(fd)) {
  const timeval limit{60, 0};
  checked(::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "SO_RCVTIMEO");
}

RawSocket RawSocket::connect(std::uint16_t port) {
  UniqueFd fd(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const sockaddr_in address = loopback(port);
  checked(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  return RawSocket(std::move(fd));
}

void RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    checked(static_cast<int>(sent), "send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawSocket::has_answer(std::chrono::milliseconds within) {
  pollfd one{fd_.get(), POLLIN, 0};
  return !buffer_.empty() || checked(::poll(&one, 1, static_cast<int>(within.count())), "poll") > 0;
}

bool RawSocket::fill() {
  char bytes[64 * 1024];
  const ssize_t got = ::recv(fd_.get(), bytes, sizeof bytes, 0);
  checked(static_cast<int>(got), "recv");
  buffer_.append(bytes, static_cast<std::size_t>(got));
  return got > 0;
}

std::string RawSocket::read_until(std::string_view end) {
  std::size_t at = 0;
  while ((at = buffer_.find(end)) == std::string::npos) {
    if (!fill()) throw Closed("the peer closed; read so far: " + buffer_);
  }
  return read_exactly(at + end.size());
}

std::string RawSocket::read_exactly(std::size_t count) {
  while (buffer_.size() < count) {
    if (!fill()) throw Closed("the peer closed; read so far: " + buffer_);
  }
  std::string out = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return out;
}

std::string RawSocket::read_to_end() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

std::string RawSocket::read_answer() {
  std::string head = read_until("\r\n\r\n");
  const auto field = head.find("Content-Length: ");
  if (field == std::string::npos) return head;
  return head + read_exactly(std::stoul(head.substr(field + 16)));
}

RawListener::RawListener() : fd_(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  checked(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size), "bind");
  checked(::listen(fd_.get(), 16), "listen");
  checked(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  port_ = ntohs(address.sin_port);
}

UniqueFd RawListener::accept_fd() {
  const int fd = ::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0 && errno == EINVAL) return {};
  return UniqueFd(checked(fd, "accept"));
}

void RawListener::stop() {
  ::shutdown(fd_.get(), SHUT_RDWR);
}

RawSocket RawListener::accept() {
  return RawSocket(accept_fd());
}

ScriptedPeer::ScriptedPeer(std::function<void(RawSocket&)> script, int connections)
    : thread_([this, script = std::move(script), connections] {
        for (int i = 0; i < connections; ++i) {
          UniqueFd fd = listener_.accept_fd();
          if (!fd) return;
          RawSocket socket(std::move(fd));
          try {
            script(socket);
          } catch (const Closed&) {
          }
        }
      }) {}

}  // namespace rapt::http::testing
