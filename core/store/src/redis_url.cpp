// SPDX-License-Identifier: AGPL-3.0-or-later
#include "redis_url.hpp"

#include <charconv>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace rapt::store {
namespace {

constexpr const char* kShape = "REDIS_URL must be redis://[:password@]host[:port][/db] or unix:///path.";

bool parse_number(std::string_view text, int limit, int& out) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  return fault == std::errc() && end == text.data() + text.size() && out >= 0 && out <= limit;
}

Result<RedisAddress> parse_unix(std::string_view rest) {
  RedisAddress address;
  const auto query = rest.find('?');
  address.socket = std::string(rest.substr(0, query));
  if (address.socket.size() < 2 || address.socket.front() != '/') return Error::invalid("REDIS_URL", kShape);
  if (query == std::string_view::npos) return address;
  const std::string_view option = rest.substr(query + 1);
  if (!option.starts_with("db=") || !parse_number(option.substr(3), 1 << 20, address.database)) {
    return Error::invalid("REDIS_URL", kShape);
  }
  return address;
}

}  // namespace

Result<RedisAddress> parse_redis_url(std::string_view url) {
  constexpr std::string_view kUnix = "unix://";
  if (url.starts_with(kUnix)) return parse_unix(url.substr(kUnix.size()));
  const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
  if (!parsed || parsed->scheme() != "redis" || parsed->has_query() || parsed->has_fragment()) {
    return Error::invalid("REDIS_URL", kShape);
  }
  RedisAddress address;
  if (const std::string host = parsed->host_address(); !host.empty()) address.host = host;
  address.user = parsed->user();
  address.password = parsed->password();
  if (parsed->has_port() && !parse_number(std::string(parsed->port()), 65535, address.port)) {
    return Error::invalid("REDIS_URL", kShape);
  }
  std::string path = parsed->path();
  if (path.size() > 1 && !parse_number(path.substr(1), 1 << 20, address.database)) {
    return Error::invalid("REDIS_URL", kShape);
  }
  return address;
}

}  // namespace rapt::store
