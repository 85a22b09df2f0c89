// SPDX-License-Identifier: AGPL-3.0-or-later
// Heroku's Platform API v3: requests with the key, and what its refusals mean.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/agent/heroku.hpp"

namespace rapt::agent::heroku {

/// The `code` of the error when the Platform API could not be asked for as long as patience lasts.
inline constexpr std::string_view kAway = "PLATFORM_API_AWAY";

/// Where a place for an upload is asked for.
inline constexpr std::string_view kSources = "/sources";

class Api {
 public:
  Api(const HerokuOptions& options, http::Client& client) : options_(options), client_(client) {}

  /// Below /apps/APP, but for kSources. Answers that did not come are asked for again until the options' patience is
  /// over: kUnavailable. Else kForbidden (401, 403), kNotFound, kConflict (409), kUnprocessable (422), each with
  /// Heroku's own words.
  Task<Result<nlohmann::json>> get(std::string path);
  /// A list, newest first, of at most 30.
  Task<Result<nlohmann::json>> newest(std::string path, std::string by);
  Task<Result<nlohmann::json>> post(std::string path, std::string body);
  /// As post(), tried once: for what must not happen twice. kAway when nobody knows whether it did.
  Task<Result<nlohmann::json>> post_once(std::string path, std::string body);
  /// Hands a file to the address that Heroku named for it, without the key.
  Task<Result<void>> upload(std::string url, std::string bytes);
  /// The last lines of what a build or a release phase has printed; "" when they are not to be had.
  Task<std::string> last_words(std::string url);
  /// Whether the app says that it is ready.
  Task<bool> is_ready(std::string web_url);

  [[nodiscard]] const HerokuOptions& options() const { return options_; }

 private:
  struct Call {
    std::string method, path;
    std::string body{}, range{};
    bool once = false;
  };
  Task<Result<nlohmann::json>> ask(Call call);
  Result<http::ClientRequest> request_for(const Call& call) const;
  Error refusal(const http::Response& answer) const;

  const HerokuOptions& options_;
  http::Client& client_;
};

}  // namespace rapt::agent::heroku
