// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace rapt::hostile {

/// An internet for this program while one stands: names lead where a test says, and a public address leads to a server
/// on loopback. getaddrinfo() and connect() are this program's own (fake_internet.cpp), so every library asks it. No
/// other address than loopback is reached.
class FakeInternet {
 public:
  FakeInternet();
  ~FakeInternet();
  FakeInternet(const FakeInternet&) = delete;
  FakeInternet& operator=(const FakeInternet&) = delete;

  /// From now on a look-up of the name gives these IPv4 addresses, in this order.
  void name(const std::string& name, std::vector<std::string> addresses);
  /// Connections to that address, at any port, reach loopback at `port`. One that leads nowhere is refused.
  void lead(const std::string& address, unsigned port);

  [[nodiscard]] std::vector<std::string> addresses_of(const std::string& name) const;
  /// 0: nowhere.
  [[nodiscard]] unsigned port_of(const std::string& address) const;
  /// nullptr while none stands.
  static FakeInternet* standing();

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> names_;
  std::map<std::string, unsigned> ports_;
};

}  // namespace rapt::hostile
