// SPDX-License-Identifier: AGPL-3.0-or-later
#include "http_text.hpp"

#include <rapt/http.h>

#include <algorithm>
#include <array>

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/sandbox/check.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

constexpr std::size_t kMostName = 64, kMostValue = 8192, kMostHead = std::size_t{64} << 10;
constexpr std::array kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
// What belongs to the connection, to the host, or to somebody's browser.
constexpr std::array kNotTheirs{"host",
                                "connection",
                                "keep-alive",
                                "te",
                                "trailer",
                                "transfer-encoding",
                                "upgrade",
                                "expect",
                                "cookie",
                                "cookie2",
                                "content-length",
                                "user-agent",
                                "via",
                                "forwarded",
                                "origin",
                                "http2-settings",
                                "accept-encoding",
                                "alt-used"};
constexpr std::array kNotTheirBeginnings{"proxy-", "sec-", "x-forwarded-", ":"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

bool is_token(std::string_view name) {
  return !name.empty() && name.size() <= kMostName && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_field_value(std::string_view value) {
  return value.size() <= kMostValue &&
         std::all_of(value.begin(), value.end(), [](char c) { return (c >= ' ' && c < '\x7f') || c == '\t'; });
}

Result<void> read_headers(const json& fields, HttpAsked& out) {
  if (!fields.is_object() || fields.size() > RAPT_HTTP_MAX_HEADERS)
    return Error::invalid("headers", "must be an object of at most 32 texts");
  for (const auto& [name, value] : fields.items()) {
    const std::string small = lower(name);
    const bool theirs = std::find(kNotTheirs.begin(), kNotTheirs.end(), small) == kNotTheirs.end() &&
                        std::none_of(kNotTheirBeginnings.begin(), kNotTheirBeginnings.end(),
                                     [&](const char* begin) { return small.starts_with(begin); });
    if (!is_token(name) || !theirs)
      return Error::invalid("headers", "the field \"" + printable(name, 80) + "\" is the host's");
    if (!value.is_string() || !is_field_value(value.get_ref<const std::string&>()))
      return Error::invalid("headers", "the value of \"" + name + "\" must be a line of visible ASCII");
    out.headers.emplace_back(name, value.get<std::string>());
  }
  return {};
}

Result<void> read_number(const json& value, const char* name, int least, int most, int& out) {
  if (!value.is_number_integer() || value < least || value > most)
    return Error::invalid(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  out = value.get<int>();
  return {};
}

Result<void> read_field(const std::string& name, const json& value, HttpAsked& out) {
  if (name == "headers") return read_headers(value, out);
  if (name == "timeout_ms") return read_number(value, "timeout_ms", 1, RAPT_HTTP_MAX_TIMEOUT_MS, out.timeout_ms);
  if (name == "redirects") return read_number(value, "redirects", 0, RAPT_HTTP_MAX_REDIRECTS, out.redirects);
  if (name != "method" && name != "url") return Error::invalid(printable(name, 80), "is no field of a request");
  if (!value.is_string()) return Error::invalid(name, "must be a text");
  (name == "url" ? out.url : out.method) = value.get<std::string>();
  return {};
}

}  // namespace

Result<HttpAsked> parse_http_request(const std::string& text) {
  const json document =
      sandbox::is_plain_json(text, 4) ? json::parse(text, nullptr, false) : json(json::value_t::discarded);
  if (!document.is_object()) return Error::invalid("request", "must be a JSON object");
  HttpAsked out;
  for (const auto& [name, value] : document.items()) RAPT_TRY(read_field(name, value, out));
  if (std::find(kMethods.begin(), kMethods.end(), out.method) == kMethods.end())
    return Error::invalid("method", "must be GET, HEAD, POST, PUT, PATCH or DELETE");
  // What is filled in there would be seen in the head's "url", and in others' logs.
  if (out.url.find("{{") != std::string::npos) return Error::invalid("url", "must not hold a placeholder");
  return out;
}

bool has_other_port(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  return !parsed || (parsed->has_port() && parsed->port() != "443");
}

bool same_place(const std::string& a, const std::string& b) {
  const auto one = boost::urls::parse_uri(a), other = boost::urls::parse_uri(b);
  const auto port = [](const boost::urls::url_view& url) { return url.has_port() ? std::string(url.port()) : "443"; };
  return one && other && lower(std::string(one->encoded_host())) == lower(std::string(other->encoded_host())) &&
         port(*one) == port(*other);
}

bool same_name(std::string_view a, std::string_view b) {
  return lower(std::string(a)) == lower(std::string(b));
}

std::optional<std::string> resolved(const std::string& base, std::string_view location) {
  const auto from = boost::urls::parse_uri(base);
  const auto to = boost::urls::parse_uri_reference({location.data(), location.size()});
  boost::urls::url out;
  if (!from || !to || !boost::urls::resolve(*from, *to, out)) return std::nullopt;
  out.remove_fragment();
  return std::string(out.buffer().data(), out.buffer().size());
}

void collect_secret_names(std::string_view text, std::set<std::string>& names) {
  constexpr std::string_view kOpen = "{{secret:", kClose = "}}";
  for (auto at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at)) {
    at += kOpen.size();
    const auto end = text.find(kClose, at);
    if (end == std::string_view::npos) return;
    names.emplace(text.substr(at, end - at));
  }
}

std::string head_json(const http::Response& response, const std::string& url, bool is_base64) {
  json fields = json::object();
  std::size_t bytes = 0;
  for (const auto& [name, value] : response.headers.all()) {
    const std::string small = lower(name);
    bytes += small.size() + value.size();
    if (small.starts_with("set-cookie") || bytes > kMostHead) continue;
    auto& field = fields[small];
    field = field.is_string() ? field.get<std::string>() + ", " + value : value;
  }
  json out{{"status", response.status}, {"headers", std::move(fields)}, {"url", url}};
  if (is_base64) out["base64"] = true;
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string http_fault_json(const char* error, const std::string& message) {
  return json{{"error", error}, {"message", message}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kLetters[group >> (18 - 6 * k) & 63U];
  }
  return out;
}

}  // namespace rapt::host
