// SPDX-License-Identifier: AGPL-3.0-or-later
#include "keeper_name.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace rapt::agent {

UniqueFd hold_name(const std::string& host_name) {
  const std::string name = "rapt/" + host_name;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const std::size_t size = std::min(name.size(), sizeof to.sun_path - 1);
  std::memcpy(to.sun_path + 1, name.data(), size);  // behind a NUL: of no file system
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
  if (!socket || bind(socket.get(), reinterpret_cast<const sockaddr*>(&to), length) != 0) return {};
  return socket;
}

}  // namespace rapt::agent
