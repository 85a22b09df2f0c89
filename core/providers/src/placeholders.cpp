// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>

#include "rapt/providers/fetcher.hpp"

namespace rapt::providers {
namespace {

enum class Encoding { kPlain, kPercent, kJson };

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte < 0x80 && std::isalnum(byte) != 0) || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return out;
}

std::string json_escaped(const std::string& text) {
  const auto quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

std::string encoded(const std::string& text, Encoding encoding) {
  if (encoding == Encoding::kPercent) return percent_encoded(text);
  return encoding == Encoding::kJson ? json_escaped(text) : text;
}

/// Never says more of a placeholder than where it stands: the rest is a module's text.
Error unknown_placeholder(const std::string& where) {
  return Error::invalid(where, "holds a placeholder that has no value: set the secret of that name");
}

Result<std::string> filled(const std::string& text, const std::string& where, Encoding encoding,
                           const Substitutes& substitutes) {
  constexpr std::string_view kSecret = "secret:";
  std::string out;
  std::size_t at = 0;
  for (auto open = text.find("{{"); open != std::string::npos; open = text.find("{{", at)) {
    const auto close = text.find("}}", open);
    if (close == std::string::npos) return unknown_placeholder(where);
    const auto name = text.substr(open + 2, close - open - 2);
    std::string value = name == "code_verifier" ? substitutes.code_verifier : "";
    if (name.starts_with(kSecret)) {
      const auto secret = substitutes.secrets.find(name.substr(kSecret.size()));
      if (secret != substitutes.secrets.end()) value = secret->second;
    }
    if (value.empty()) return unknown_placeholder(where);
    out += text.substr(at, open - at) + encoded(value, encoding);
    at = close + 2;
  }
  return out + text.substr(at);
}

bool names(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
           return std::tolower(x) == std::tolower(y);
         });
}

Encoding encoding_of_body(const Fetch& fetch) {
  for (const auto& [name, value] : fetch.headers) {
    if (!names(name, "Content-Type")) continue;
    const auto type = std::string_view(value).substr(0, value.find_first_of("; "));
    if (names(type, "application/x-www-form-urlencoded")) return Encoding::kPercent;
    if (names(type, "application/json")) return Encoding::kJson;
  }
  return Encoding::kPlain;
}

}  // namespace

Result<Fetch> filled_in(Fetch fetch, const Substitutes& substitutes) {
  const auto path = fetch.url.find('/', std::string_view("https://").size());
  if (fetch.url.find("{{") < path) return Error::invalid("url", "holds a placeholder before its path");
  auto url = filled(fetch.url, "url", Encoding::kPercent, substitutes);
  if (!url) return url.error();
  auto body = filled(fetch.body, "body", encoding_of_body(fetch), substitutes);
  if (!body) return body.error();
  for (auto& [name, value] : fetch.headers) {
    auto field = filled(value, "headers", Encoding::kPlain, substitutes);
    if (!field) return field.error();
    value = std::move(*field);
  }
  fetch.url = std::move(*url);
  fetch.body = std::move(*body);
  return fetch;
}

}  // namespace rapt::providers
