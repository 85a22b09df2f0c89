// SPDX-License-Identifier: AGPL-3.0-or-later
#include "public_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

#include "rapt/http/client.hpp"
#include "rapt/runtime/runtime.hpp"
#include "raw_socket.hpp"

namespace rapt::http {
namespace {

bool is_public_text(const char* text) {
  sockaddr_storage storage{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
    v6.sin6_family = AF_INET6;
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return is_public(reinterpret_cast<const sockaddr&>(storage));
}

TEST(PublicAddress, RefusesWhatIsWithinTheMachineOrTheHouse) {
  for (const char* text : {"127.0.0.1",
                           "127.255.255.255",
                           "0.0.0.0",
                           "10.1.2.3",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "198.18.0.1",
                           "::",
                           "::1",
                           "fe80::1",
                           "fc00::1",
                           "fd12::1",
                           "ff02::1",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "64:ff9b::10.0.0.1",
                           "2002:7f00:1::",
                           "2001:db8::1",
                           "2001::1"})
    EXPECT_FALSE(is_public_text(text)) << text;
}

TEST(PublicAddress, TakesWhatIsOutside) {
  for (const char* text :
       {"8.8.8.8", "172.15.255.255", "172.32.0.0", "100.128.0.0", "192.167.255.255", "223.255.255.255",
        "2a00:1450:4001::1", "2606:4700::1", "64:ff9b::8.8.8.8", "2001:4860:4860::8888"})
    EXPECT_TRUE(is_public_text(text)) << text;
}

TEST(PublicAddress, IsWhatAClientThatWasToldSoConnectsTo) {
  testing::RawListener listener;  // would take the connection
  Client client;
  ClientRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/";
  request.public_addresses_only = true;
  const auto answer = runtime::run_blocking(client.fetch(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUpstream);
}

TEST(PublicAddress, PlainTextIsNotAskedWhenItMustBeHttps) {
  testing::RawListener listener;
  Client client;
  ClientRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/";
  request.https_only = true;
  EXPECT_FALSE(runtime::run_blocking(client.fetch(request)));
}

}  // namespace
}  // namespace rapt::http
