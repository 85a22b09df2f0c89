// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/providers/reach.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

namespace rapt::providers {
namespace {

using nlohmann::json;

constexpr std::string_view kScheme = "https://", kSettings = "@settings";

bool may_stand_in_url(char c) {
  return c > ' ' && c < '\x7f' && std::string_view("\"<>\\").find(c) == std::string_view::npos;
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

void collect(const json& value, std::vector<std::string>& addresses) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (https_host(text)) addresses.push_back(text);
  } else if (value.is_structured()) {
    for (const auto& inner : value) collect(inner, addresses);
  }
}

bool grants(std::string_view granted, std::string_view host) {
  if (granted == kPrivateGrant) return false;
  if (!granted.starts_with("*.")) return granted == host;
  const auto ending = granted.substr(1);  // with its dot
  return host.size() > ending.size() && host.ends_with(ending);
}

}  // namespace

std::optional<std::string> https_host(std::string_view url) {
  if (url.size() > kMaxUrlBytes || !url.starts_with(kScheme)) return std::nullopt;
  if (!std::all_of(url.begin(), url.end(), may_stand_in_url)) return std::nullopt;
  auto authority = url.substr(kScheme.size());
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const auto colon = authority.find(':');
  if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1))) return std::nullopt;
  std::string host(authority.substr(0, colon));
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!plain) return std::nullopt;
  }
  if (host.empty() || host.front() == '.' || host.back() == '.') return std::nullopt;
  return host;
}

std::vector<std::string> addresses_in(std::string_view settings_json) {
  std::vector<std::string> addresses;
  collect(json::parse(settings_json, nullptr, false), addresses);
  return addresses;
}

std::vector<std::string> hosts_in(std::string_view settings_json) {
  auto hosts = addresses_in(settings_json);
  for (auto& one : hosts) one = *https_host(one);
  return hosts;
}

bool may_reach(const std::vector<std::string>& granted, std::string_view settings_json, std::string_view url) {
  const auto host = https_host(url);
  if (!host) return false;
  for (const auto& one : granted) {
    if (grants(one, *host)) return true;
  }
  if (std::find(granted.begin(), granted.end(), kSettings) == granted.end()) return false;
  const auto settings = hosts_in(settings_json);
  return std::find(settings.begin(), settings.end(), *host) != settings.end();
}

}  // namespace rapt::providers
