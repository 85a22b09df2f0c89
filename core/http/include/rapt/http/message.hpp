// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rapt::http {

/// Header fields in order; names compare without case.
class Headers {
 public:
  void set(std::string_view name, std::string_view value);  ///< replaces
  void add(std::string_view name, std::string_view value);
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string method;                             ///< upper case
  std::string path;                               ///< percent-decoded but for "%2F", starts with "/", no "." or ".." segments
  std::multimap<std::string, std::string> query;  ///< decoded
  Headers headers;
  std::string body;
  std::string remote_address;
  std::string id;                                      ///< X-Request-Id of the answer
  std::map<std::string, std::string> path_parameters;  ///< set by the router

  [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;
  /// True when the Accept header prefers `media_type` explicitly (not by a wildcard).
  [[nodiscard]] bool accepts_explicitly(std::string_view media_type) const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

/// The standard phrase of a status.
std::string_view reason_phrase(int status);

}  // namespace rapt::http
