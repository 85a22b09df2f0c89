// SPDX-License-Identifier: AGPL-3.0-or-later
// What an answer costs in memory while it is waited for, by the C library's own count.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "rapt/http/client.hpp"
#include "raw_socket.hpp"
#include "test_lane.hpp"

namespace rapt::http {
namespace {

using Streams = std::vector<std::unique_ptr<ClientStream>>;

constexpr int kStreams = 64;
constexpr std::size_t kBodyBytes = 48 * 1024, kFieldBytes = 12 * 1024;
/// libcurl keeps the fields once itself.
constexpr std::size_t kMostPerStream = kFieldBytes + 23 * 1024;

/// Opens all, one after the other, and takes the first words of each.
Task<void> open_all(Client& client, std::string url, Streams& streams) {
  for (int i = 0; i < kStreams; ++i) {
    ClientRequest request;
    request.method = "POST";
    request.url = url;
    request.headers.set("Authorization", std::string(kFieldBytes, 'k'));
    request.body = std::string(kBodyBytes, 'q');
    auto opened = co_await client.open(std::move(request));
    if (!opened) throw std::runtime_error(opened.error().log_detail);
    const auto words = co_await (*opened)->read();
    if (!words || !*words) throw std::runtime_error("no words came");
    streams.push_back(std::move(*opened));
  }
}

/// Takes a whole request and begins to answer it. Keeps nothing of it.
void begin_answer(int peer) {
  constexpr std::string_view kWords = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n";
  std::string request;
  std::array<char, 16 * 1024> part;
  for (auto head = std::string::npos; head == std::string::npos || request.size() < head + 4 + kBodyBytes;
       head = request.find("\r\n\r\n")) {
    const auto got = ::recv(peer, part.data(), part.size(), 0);
    if (got <= 0) throw std::runtime_error("the request did not come whole");
    request.append(part.data(), static_cast<std::size_t>(got));
  }
  if (::send(peer, kWords.data(), kWords.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(kWords.size()))
    throw std::runtime_error("the answer was not taken");
}

TEST(ClientMemory, KeepsLittleOfARequestWhoseAnswerHasBegun) {
  if (mallinfo2().uordblks == 0) GTEST_SKIP() << "this build's malloc does not count";
  testing::RawListener listener;
  std::vector<UniqueFd> peers;
  peers.reserve(kStreams);
  Streams streams;
  streams.reserve(kStreams);
  Client client;
  testing::TestLane lane;
  const std::string url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/";
  std::thread peer([&] {
    for (int i = 0; i < kStreams; ++i) {
      peers.push_back(listener.accept_fd());
      begin_answer(peers.back().get());
    }
  });
  const auto before = mallinfo2().uordblks;
  lane.run(open_all(client, url, streams));
  peer.join();
  const auto after = mallinfo2().uordblks;
  EXPECT_LT((after - before) / kStreams, kMostPerStream);
  lane.run([](Streams& all) -> Task<void> {
    all.clear();
    co_return;
  }(streams));
}

}  // namespace
}  // namespace rapt::http
