// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/client_address.hpp"

#include <algorithm>

namespace rapt::api {
namespace {

bool is_named(std::string_view name, std::string_view lower_case) {
  return std::equal(name.begin(), name.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

/// The elements of all fields of that name, in order, without the space around them.
std::vector<std::string> elements(const http::Headers& headers, std::string_view lower_case_name) {
  std::vector<std::string> out;
  for (const auto& [name, value] : headers.all()) {
    if (!is_named(name, lower_case_name)) continue;
    for (std::size_t at = 0; at <= value.size();) {
      const std::size_t end = std::min(value.find(',', at), value.size());
      std::string element = value.substr(at, end - at);
      element.erase(element.find_last_not_of(" \t") + 1);
      element.erase(0, element.find_first_not_of(" \t"));
      out.push_back(std::move(element));
      at = end + 1;
    }
  }
  return out;
}

/// Some proxies add the port: "192.0.2.1:4711", "[2001:db8::1]:4711".
std::optional<IpAddress> address_in(const std::string& element) {
  if (element.starts_with('[')) return IpAddress::parse(element.substr(1, element.find(']') - 1));
  if (auto whole = IpAddress::parse(element)) return whole;
  return IpAddress::parse(element.substr(0, element.find(':')));
}

bool is_trusted(const IpAddress& address, const std::vector<AddressRange>& trusted) {
  return std::any_of(trusted.begin(), trusted.end(), [&](const AddressRange& range) { return range.holds(address); });
}

}  // namespace

Client client_of(const http::Request& request, const std::vector<AddressRange>& trusted) {
  Client client{request.remote_address, {}};
  auto address = IpAddress::parse(request.remote_address);
  if (!address) return client;
  client.address = address->text();
  if (!is_trusted(*address, trusted)) return client;
  const auto schemes = elements(request.headers, "x-forwarded-proto");
  if (!schemes.empty() && (schemes.back() == "http" || schemes.back() == "https")) client.scheme = schemes.back();
  auto hops = elements(request.headers, "x-forwarded-for");
  while (!hops.empty() && is_trusted(*address, trusted)) {
    address = address_in(hops.back());
    if (!address) break;  // the last proxy that said something sensible is as far as we know
    client.address = address->text();
    hops.pop_back();
  }
  return client;
}

}  // namespace rapt::api
