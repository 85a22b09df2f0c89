// SPDX-License-Identifier: AGPL-3.0-or-later
// The API server: requests in the name of the service account, and what its refusals mean.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "rapt/agent/kubernetes.hpp"
#include "rapt/http/client.hpp"

namespace rapt::agent::kubernetes {

/// One kind of object: where it is, and how a role names it.
struct Resource {
  std::string_view group_path;  ///< "/apis/apps/v1"
  std::string_view plural;      ///< "deployments"
};
inline constexpr Resource kDeployments{"/apis/apps/v1", "deployments"};
inline constexpr Resource kJobs{"/apis/batch/v1", "jobs"};
inline constexpr Resource kPods{"/api/v1", "pods"};
inline constexpr Resource kEvents{"/api/v1", "events"};

/// The `code` of the error when the API server could not be asked for as long as patience lasts.
inline constexpr std::string_view kAway = "API_SERVER_AWAY";

/// A query's value with everything but letters, digits and "-._~" as "%XX".
std::string query_value(std::string_view text);

class Api {
 public:
  Api(const KubernetesOptions& options, http::Client& client) : options_(options), client_(client) {}

  /// Answers that did not come (connection lost, 429, 5xx) are asked for again until the options' patience is over:
  /// kUnavailable. Else kForbidden (the sentence names verb and resource), kNotFound, kConflict (`code` is the API
  /// server's reason: Conflict, AlreadyExists, Expired), kUnprocessable.
  Task<Result<nlohmann::json>> read(Resource resource, std::string name);
  Task<Result<nlohmann::json>> list(Resource resource, std::string query);
  Task<Result<nlohmann::json>> create(Resource resource, std::string object);
  /// A strategic merge patch. With a resourceVersion in it, kConflict when the object has changed since.
  Task<Result<nlohmann::json>> patch(Resource resource, std::string name, std::string patch);
  /// The object and, in the background, what belongs to it. Fine when it is not there.
  Task<Result<void>> remove(Resource resource, std::string name);
  /// The last lines of a container, printable; "" when there are none to be had.
  Task<std::string> last_words(std::string pod, std::string container);
  /// One try: who follows lists again when it fails.
  Task<Result<std::unique_ptr<http::ClientStream>>> watch(Resource resource, std::string query);

  [[nodiscard]] const KubernetesOptions& options() const { return options_; }

 private:
  struct Call {
    std::string verb;  ///< as a role names it: get, list, watch, create, patch, delete
    Resource resource;
    std::string method, rest;  ///< "/NAME?QUERY"
    std::string body{}, content_type{};
  };
  Task<Result<http::Response>> ask(Call call);
  Task<Result<nlohmann::json>> ask_json(Call call);
  Result<http::ClientRequest> request_for(const Call& call) const;
  Error refusal(const Call& call, const http::Response& answer) const;

  const KubernetesOptions& options_;
  http::Client& client_;
};

}  // namespace rapt::agent::kubernetes
