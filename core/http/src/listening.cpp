// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/listening.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace rapt::http {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

bool parse(const std::string& text, std::uint16_t port, Address& into) {
  sockaddr_in four{};
  sockaddr_in6 six{};
  if (inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    std::memcpy(&into.storage, &four, into.size = sizeof four);
    return true;
  }
  if (inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) != 1) return false;
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  std::memcpy(&into.storage, &six, into.size = sizeof six);
  return true;
}

Error fault_at(const std::string& where, const std::string& why) {
  return Error::invalid("HOST, PORT", "cannot listen at " + where + ": " + why);
}

/// One of a socket's numbers; -1 when it has none, or is no socket.
int option_of(int descriptor, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

Result<UniqueFd> listen_at(const std::string& address, std::uint16_t port) {
  const std::string where = address + ":" + std::to_string(port);
  Address to;
  if (!parse(address, port, to)) return fault_at(where, "that is no IP address");
  UniqueFd socket(::socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  const bool listens = socket && setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                       bind(socket.get(), reinterpret_cast<const sockaddr*>(&to.storage), to.size) == 0 &&
                       listen(socket.get(), SOMAXCONN) == 0;
  if (listens) return socket;
  if (errno == EADDRINUSE)
    return Error::conflict("Another program listens at " + where + ": stop it, or choose another PORT.");
  return fault_at(where, std::strerror(errno));
}

Result<std::uint16_t> port_of_listening(int descriptor) {
  const auto none = [&](const char* why) {
    return Error::invalid("LISTEN_FDS", "descriptor " + std::to_string(descriptor) + " " + why);
  };
  if (option_of(descriptor, SO_TYPE) != SOCK_STREAM || option_of(descriptor, SO_ACCEPTCONN) != 1)
    return none("is no socket that listens");
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &size) != 0) return none(std::strerror(errno));
  if (own.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(own).sin_port);
  if (own.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(own).sin6_port);
  return none("is no TCP socket");
}

}  // namespace rapt::http
