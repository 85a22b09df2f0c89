// SPDX-License-Identifier: AGPL-3.0-or-later
#include "scripted_gateway.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace rapt::gateway::testing {

namespace {

/// A request from the bytes read so far, taking them away; false when it is not all there.
bool take_request(std::string& bytes, Asked& asked) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  asked.head = bytes.substr(0, end + 2);
  const auto length = asked.field("Content-Length");
  const auto body = length.empty() ? 0 : std::stoul(length);
  if (bytes.size() < end + 4 + body) return false;
  asked.body = bytes.substr(end + 4, body);
  bytes.erase(0, end + 4 + body);
  const auto space = asked.head.find(' ');
  asked.target = asked.head.substr(space + 1, asked.head.find(' ', space + 1) - space - 1);
  return true;
}

}  // namespace

std::string Asked::field(std::string_view name) const {
  const auto at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

void Peer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the client has left, which some tests want
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Peer::begin_events(std::string_view events) const {
  send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + std::string(events));
}

void Peer::answer(int status, std::string_view body, std::string_view fields) const {
  send("HTTP/1.1 " + std::to_string(status) + " As Scripted\r\nContent-Length: " + std::to_string(body.size()) +
       "\r\n" + std::string(fields) + "\r\n" + std::string(body));
}

void Peer::wait_until_left() const {
  char byte = 0;
  while (::recv(fd_, &byte, 1, 0) > 0) {
  }
}

void Peer::close() const {
  ::shutdown(fd_, SHUT_RDWR);
}

ScriptedGateway::ScriptedGateway(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), generic, &size) != 0) {
    throw std::runtime_error("no socket to listen on");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedGateway::~ScriptedGateway() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  for (auto& connection : connections_) connection.join();
}

std::string ScriptedGateway::url() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/v1";
}

std::vector<Asked> ScriptedGateway::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void ScriptedGateway::accept_all() {
  for (std::size_t connection = 0;; ++connection) {
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      ::close(fd);
      return;
    }
    open_.push_back(fd);
    connections_.emplace_back([this, fd, connection] { serve(fd, connection); });
  }
}

void ScriptedGateway::serve(int fd, std::size_t connection) {
  std::string bytes;
  char piece[4096];
  for (;;) {
    Asked asked;
    if (take_request(bytes, asked)) {
      asked.connection = connection;
      {
        const std::lock_guard lock(mutex_);
        asked.number = asked_.size();
        asked_.push_back(asked);
      }
      script_(asked, Peer(fd));
      if (asked.head.find("HTTP/1.1") == std::string::npos) break;
      continue;
    }
    const auto got = ::recv(fd, piece, sizeof piece, 0);
    if (got <= 0) break;
    bytes.append(piece, static_cast<std::size_t>(got));
  }
  const std::lock_guard lock(mutex_);
  open_.erase(std::remove(open_.begin(), open_.end(), fd), open_.end());
  ::close(fd);
}

std::string chunk(std::string_view words) {
  nlohmann::json piece = {{"id", "gen-1"}, {"model", "scripted"}, {"choices", nlohmann::json::array()}};
  piece["choices"].push_back({{"index", 0}, {"delta", {{"content", words}}}});
  return "data: " + piece.dump() + "\n\n";
}

std::string ending(int output) {
  return R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}]})"
         "\n\n"
         R"(data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":)" +
         std::to_string(output) + "}}\n\ndata: [DONE]\n\n";
}

}  // namespace rapt::gateway::testing
