// SPDX-License-Identifier: AGPL-3.0-or-later
#include "readers.hpp"

#include <arpa/inet.h>

#include "rapt/base/daily_window.hpp"
#include "rapt/base/semver.hpp"

namespace rapt::config {

std::string check_url(const std::string& text) {
  const bool known = text.starts_with("http://") || text.starts_with("https://");
  const auto host = text.find("://") + 3;
  if (known && host < text.size() && text.find_first_of(" \t\r\n") == std::string::npos) return {};
  return "must be an address that starts with http:// or https://";
}

std::string check_database_url(const std::string& text) {
  const bool is_url = text.starts_with("postgresql://") || text.starts_with("postgres://");
  const bool is_connection_string =
      !is_url && text.find("://") == std::string::npos && text.find('=') != std::string::npos;
  if (is_url || is_connection_string) return {};
  return "must be a PostgreSQL address (postgresql://user@host/database) or connection string (host=… dbname=…)";
}

std::string check_redis_url(const std::string& text) {
  if (text.starts_with("redis://") && text.size() > 8) return {};
  if (text.starts_with("unix:///")) return {};
  return "must be redis://host:port/number or unix:///path/of/the.sock";
}

std::string check_log_level(const std::string& text) {
  if (text == "debug" || text == "info" || text == "warn" || text == "error") return {};
  return "must be debug, info, warn or error";
}

std::string check_address(const std::string& text) {
  in6_addr parsed{};
  if (::inet_pton(AF_INET, text.c_str(), &parsed) == 1 || ::inet_pton(AF_INET6, text.c_str(), &parsed) == 1) return {};
  return "must be an IP address to listen on, such as 127.0.0.1, 0.0.0.0 or ::1";
}

std::string check_host_name(const std::string& text) {
  const auto odd = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-");
  if (odd == std::string::npos && text.size() <= 100) return {};
  return "must be at most 100 letters, digits, dots, colons, hyphens and underscores";
}

std::string check_deployment(const std::string& text) {
  if (text.empty() || text == "bare" || text == "docker" || text == "kubernetes" || text == "heroku") return {};
  return "must be bare, docker, kubernetes or heroku";
}

std::string check_channel(const std::string& text) {
  return text == "stable" || text == "beta" ? std::string() : "must be stable or beta";
}

std::string check_range(const std::string& text) {
  if (text.empty() || VersionRange::parse(text)) return {};
  return "must be a range of versions, such as ~1.4 or >=1.2.0 <2.0.0";
}

std::string check_window(const std::string& text) {
  if (DailyWindow::parse(text)) return {};
  return "must be a part of the day in UTC such as 02:00-05:00, from and until two different times";
}

std::string check_mail_url(const std::string& text) {
  for (const std::string_view kind : {"smtp://", "smtps://", "file:"}) {
    if (text.empty() || (text.starts_with(kind) && text.size() > kind.size())) return {};
  }
  return "must be smtp://host:port, smtp://user:password@host:port, smtps://… or file:FOLDER";
}

std::string check_mail_from(const std::string& text) {
  const bool one_line = text.find_first_of("\r\n") == std::string::npos;
  const auto name_ends = text.rfind('<');
  const std::string address = name_ends == std::string::npos ? text : text.substr(name_ends + 1);
  const bool closed = name_ends == std::string::npos || text.ends_with('>');
  if (one_line && closed && address.find('@') != std::string::npos && address.find(' ') == std::string::npos) return {};
  return "must be an address, or Name <address>";
}

}  // namespace rapt::config
