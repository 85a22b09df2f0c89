// SPDX-License-Identifier: AGPL-3.0-or-later
#include "keeper_notices.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace rapt::agent {
namespace {

constexpr std::size_t kLongest = 4096;

bool has_line(std::string_view text, std::string_view wanted) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (line == wanted) return true;
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return false;
}

pid_t sender_of(msghdr& message) {
  const cmsghdr* const control = CMSG_FIRSTHDR(&message);
  if (control == nullptr || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_CREDENTIALS) return 0;
  ucred who{};
  std::memcpy(&who, CMSG_DATA(control), sizeof who);
  return who.pid;
}

}  // namespace

Result<Notices> Notices::open() {
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un nameless{};
  nameless.sun_family = AF_UNIX;
  const int on = 1;
  // Bound without a name, it gets one from the kernel that nobody else has.
  const bool made = socket && setsockopt(socket.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0 &&
                    bind(socket.get(), reinterpret_cast<const sockaddr*>(&nameless), sizeof nameless.sun_family) == 0;
  if (!made) return Error::internal(std::string("the socket for servers' notices: ") + std::strerror(errno));
  return adopt(std::move(socket));
}

Result<Notices> Notices::adopt(UniqueFd socket) {
  sockaddr_un own{};
  socklen_t size = sizeof own;
  int kind = 0, credentials = 0;
  socklen_t kind_size = sizeof kind, credentials_size = sizeof credentials;
  const bool fits =
      getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0 && own.sun_family == AF_UNIX &&
      size > offsetof(sockaddr_un, sun_path) + 1 && own.sun_path[0] == '\0' &&
      getsockopt(socket.get(), SOL_SOCKET, SO_TYPE, &kind, &kind_size) == 0 && kind == SOCK_DGRAM &&
      getsockopt(socket.get(), SOL_SOCKET, SO_PASSCRED, &credentials, &credentials_size) == 0 && credentials == 1;
  if (!fits) return Error::invalid("notices", "the descriptor for notices is no socket for them");
  Notices notices;
  notices.name_ = "@" + std::string(own.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1);
  notices.socket_ = std::move(socket);
  return notices;
}

void Notices::take(const std::function<void(pid_t)>& ready) const {
  for (;;) {
    std::array<char, kLongest> text;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
    iovec piece{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;
    if (has_line({text.data(), static_cast<std::size_t>(got)}, "READY=1")) ready(sender_of(message));
  }
}

}  // namespace rapt::agent
