// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/http/message.hpp"

namespace rapt::host {

/// What a module wants to be asked of another server.
struct HttpAsked {
  std::string method = "GET", url;
  std::vector<std::pair<std::string, std::string>> headers;
  int timeout_ms = 3000, redirects = 0;
};
/// kInvalid with what is wrong; nothing is left out silently.
Result<HttpAsked> parse_http_request(const std::string& json);

/// Whether the address names a port that is not 443.
bool has_other_port(const std::string& url);
/// Whether two https addresses are of one host and port.
bool same_place(const std::string& a, const std::string& b);
bool same_name(std::string_view a, std::string_view b);  ///< of header fields
/// Where a redirect leads, without its fragment; nullopt for what is no address.
std::optional<std::string> resolved(const std::string& base, std::string_view location);
/// The NAMEs of "{{secret:NAME}}" in a text.
void collect_secret_names(std::string_view text, std::set<std::string>& names);

/// {"status", "headers", "url"} and, where the body was no text, "base64": true. Fields that would not fit in 64 KiB,
/// and those that set cookies, are left out.
std::string head_json(const http::Response& response, const std::string& url, bool base64);
std::string http_fault_json(const char* error, const std::string& message);
std::string base64(std::string_view bytes);

}  // namespace rapt::host
