// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/address_range.hpp"

#include <gtest/gtest.h>

namespace rapt {
namespace {

bool holds(const char* range, const char* address) {
  return AddressRange::parse(range).value().holds(IpAddress::parse(address).value());
}

TEST(IpAddress, IsReadAndWrittenInOneForm) {
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->text(), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1")->text(), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8:0:0::1")->text(), "2001:db8::1");
}

TEST(IpAddress, IsNothingElse) {
  for (const char* text : {"", " 192.0.2.1", "192.0.2.1:80", "[::1]", "192.0.2", "192.0.2.256", "fe80::1%eth0",
                           "localhost", "0x7f.0.0.1"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("::1\0", 4)));
}

TEST(IpAddress, KnowsTheNetworkOfOneCustomer) {
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->network(), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("2001:db8:1:2:3:4:5:6")->network(), "2001:db8:1:2::/64");
}

TEST(AddressRange, HoldsItsAddressesAndNoOthers) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.1.2"));
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("::1", "::1"));
  EXPECT_FALSE(holds("::1", "::2"));
  EXPECT_TRUE(holds("fd00::/8", "fdff::1"));
  EXPECT_FALSE(holds("fd00::/8", "fe00::1"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
}

TEST(AddressRange, RefusesWhatIsNone) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8 ", "*"}) {
    EXPECT_FALSE(AddressRange::parse(text)) << text;
  }
}

}  // namespace
}  // namespace rapt
