// SPDX-License-Identifier: AGPL-3.0-or-later
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "rapt/agent/supervision.hpp"
#include "rapt/base/log.hpp"
#include "rapt/http/listening.hpp"

namespace rapt::agent {
namespace {

constexpr int kFirst = 3;         ///< SD_LISTEN_FDS_START
constexpr int kMostSockets = 16;  ///< one is used, the others stay open: a keeper's holds this server's name

std::string take_variable(const char* name) {
  const char* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  unsetenv(name);
  return text;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<UniqueFd> take_listening() {
  const std::string count_text = take_variable("LISTEN_FDS"), pid_text = take_variable("LISTEN_PID");
  take_variable("LISTEN_FDNAMES");
  // Meant for another process, which has left it in the environment.
  if (count_text.empty() || number(pid_text) != getpid()) return UniqueFd();
  const auto count = number(count_text);
  if (!count || *count < 0 || *count > kMostSockets)
    return Error::invalid("LISTEN_FDS", "LISTEN_FDS must be a number of sockets, at most 16.");
  for (int one = kFirst; one < kFirst + *count; ++one) fcntl(one, F_SETFD, FD_CLOEXEC);
  if (*count == 0) return UniqueFd();
  RAPT_TRY(http::port_of_listening(kFirst));
  return UniqueFd(kFirst);
}

}  // namespace

Result<Supervision> Supervision::take() {
  Supervision taken;
  taken.notify_ = take_variable("NOTIFY_SOCKET");
  auto listening = take_listening();
  if (!listening) return listening.error();
  taken.listening_ = std::move(*listening);
  const bool known = taken.notify_.empty() || taken.notify_[0] == '/' || taken.notify_[0] == '@';
  if (!known || taken.notify_.size() >= sizeof(sockaddr_un::sun_path))
    return Error::invalid("NOTIFY_SOCKET", "NOTIFY_SOCKET must be the path of a socket.");
  return taken;
}

void Supervision::tell(std::string_view state) const {
  if (notify_.empty()) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, notify_.data(), notify_.size());
  if (notify_[0] == '@') to.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_.size());
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const bool sent = socket && sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                                     reinterpret_cast<const sockaddr*>(&to), size) >= 0;
  if (!sent) log::warn("supervision.not_told", {{"state", std::string(state)}, {"error", std::strerror(errno)}});
}

}  // namespace rapt::agent
