// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <list>
#include <thread>

#include "rapt/http/client.hpp"
#include "rapt/runtime/runtime.hpp"
#include "raw_socket.hpp"

namespace rapt::http {
namespace {

using runtime::run_blocking;
using ::testing::HasSubstr;
using testing::RawSocket;

std::filesystem::path fresh_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "rapt-unix-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return name;
}

/// Answers every request over a socket in the file system with its own name, and keeps connections open.
class UnixServer {
 public:
  UnixServer(std::filesystem::path path, std::string name) : path_(std::move(path)), name_(std::move(name)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    fd_ = UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 || listen(fd_.get(), 8) != 0)
      throw std::runtime_error("cannot listen at " + path_.string());
    thread_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
  }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all(const std::stop_token& stop) {
    std::list<std::jthread> served;
    while (!stop.stop_requested()) {
      pollfd waiting{fd_.get(), POLLIN, 0};
      if (poll(&waiting, 1, 20) <= 0) continue;
      UniqueFd accepted(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      ++connections_;
      served.emplace_back([this, peer = RawSocket(std::move(accepted))]() mutable { serve(peer); });
    }
  }
  void serve(RawSocket& peer) const {
    try {
      for (;;) {
        peer.read_until("\r\n\r\n");
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(name_.size()) + "\r\n\r\n" + name_);
      }
    } catch (const std::exception&) {  // the client has closed
    }
  }
  const std::filesystem::path path_;
  const std::string name_;
  UniqueFd fd_;
  std::atomic<int> connections_{0};
  std::jthread thread_;
};

Result<Response> ask(Client& client, const std::filesystem::path& socket) {
  ClientRequest request;
  request.url = "http://engine/version";
  request.unix_socket = socket;
  return run_blocking(client.fetch(std::move(request)));
}

TEST(Client, AsksOverASocketInTheFileSystemAndMixesNoTwoOfThem) {
  const auto folder = fresh_folder();
  {
    UnixServer one(folder / "one", "one");
    UnixServer two(folder / "two", "two");
    Client client;
    for (int round = 0; round < 3; ++round) {
      const auto from_one = ask(client, folder / "one");
      ASSERT_TRUE(from_one) << from_one.error().log_detail;
      EXPECT_EQ(from_one->body, "one");
      const auto from_two = ask(client, folder / "two");
      ASSERT_TRUE(from_two) << from_two.error().log_detail;
      EXPECT_EQ(from_two->body, "two");
      // The same address without a socket is another server, which is not there.
      EXPECT_FALSE(ask(client, {}));
    }
    EXPECT_EQ(one.connections(), 1) << "a connection is used again";
    EXPECT_EQ(two.connections(), 1);
  }
  std::filesystem::remove_all(folder);
}

TEST(Client, SaysWhenNobodyListensAtTheSocket) {
  Client client;
  const auto answer = ask(client, "/nowhere/engine.sock");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUpstream);
  EXPECT_THAT(answer.error().message, HasSubstr("cannot be reached"));
}

}  // namespace
}  // namespace rapt::http
