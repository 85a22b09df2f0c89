// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/client_address.hpp"

#include <gtest/gtest.h>

namespace rapt::api {
namespace {

Client client(const std::string& peer, std::vector<std::pair<std::string, std::string>> fields) {
  const std::vector<AddressRange> trusted{*AddressRange::parse("10.0.0.0/8"), *AddressRange::parse("::1")};
  http::Request request;
  request.remote_address = peer;
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return client_of(request, trusted);
}

TEST(ClientOf, BelievesNobodyWhoIsNotTrusted) {
  const auto seen = client("192.0.2.1", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "https"}});
  EXPECT_EQ(seen.address, "192.0.2.1");
  EXPECT_EQ(seen.scheme, "");
}

TEST(ClientOf, IsTheRightmostThatIsNotAProxyOfOurs) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}}).address, "203.0.113.9");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "198.51.100.7, 203.0.113.9, 10.2.2.2"}}).address, "203.0.113.9");
  EXPECT_EQ(client("10.0.0.1", {{"x-forwarded-for", "10.9.9.9"}, {"X-FORWARDED-FOR", "203.0.113.9"}}).address,
            "203.0.113.9");
  EXPECT_EQ(client("::1", {{"X-Forwarded-For", "10.0.0.5,10.0.0.6"}}).address, "10.0.0.5");
  EXPECT_EQ(client("::ffff:10.0.0.1", {{"X-Forwarded-For", "2001:db8::7"}}).address, "2001:db8::7");
}

TEST(ClientOf, ReadsPortsAndStopsAtNonsense) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9:4711"}}).address, "203.0.113.9");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "[2001:db8::7]:4711"}}).address, "2001:db8::7");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9, unknown"}}).address, "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9, bad, 10.3.3.3"}}).address, "10.3.3.3");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", ""}}).address, "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "["}}).address, "10.0.0.1");
}

TEST(ClientOf, TakesTheSchemeOfTheLastProxy) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-Proto", "http, https"}}).scheme, "https");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-Proto", "gopher"}}).scheme, "");
  EXPECT_EQ(client("10.0.0.1", {}).scheme, "");
}

}  // namespace
}  // namespace rapt::api
