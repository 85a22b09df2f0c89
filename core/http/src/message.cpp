// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/message.hpp"

#include <algorithm>
#include <charconv>

#include "field_text.hpp"

namespace rapt::http {

namespace {

/// So many an ordinary request or answer has, so that most of them never grow.
constexpr std::size_t kUsualFields = 16;

/// The q of one element of an Accept header, in thousandths; 1000 when it has none or a wrong one.
int quality(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = take_until(parameters, ';');
    if (parameter.size() < 3 || !equals_ignoring_case(parameter.substr(0, 2), "q=")) continue;
    double value = 1;
    std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), value);
    return static_cast<int>(std::clamp(value, 0.0, 1.0) * 1000);
  }
  return 1000;
}

}  // namespace

void Headers::set(std::string_view name, std::string_view value) {
  std::erase_if(fields_, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
  add(name, value);
}

void Headers::add(std::string_view name, std::string_view value) {
  if (fields_.empty()) fields_.reserve(kUsualFields);
  fields_.emplace_back(name, value);
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string> Request::cookie(std::string_view name) const {
  for (const auto& [key, value] : headers.all()) {
    if (!equals_ignoring_case(key, "cookie")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::string_view pair = take_until(rest, ';');
      const std::string_view pair_name = take_until(pair, '=');
      if (pair_name == name) return std::string(pair);
    }
  }
  return std::nullopt;
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  const auto found = query.find(std::string(name));
  if (found == query.end()) return std::nullopt;
  return found->second;
}

bool Request::accepts_explicitly(std::string_view media_type) const {
  int wanted = 0;
  int best_other = 0;
  for (const auto& [key, value] : headers.all()) {
    if (!equals_ignoring_case(key, "accept")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::string_view parameters = take_until(rest, ',');
      const bool named = equals_ignoring_case(take_until(parameters, ';'), media_type);
      int& slot = named ? wanted : best_other;
      slot = std::max(slot, quality(parameters));
    }
  }
  return wanted > 0 && wanted >= best_other;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return status < 400 ? "OK" : "Error";
  }
}

}  // namespace rapt::http
