// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::agent::docker {

/// Text between the slashes of an address.
std::string escaped(std::string_view text);

/// The Docker Engine's API over its socket, in a version that both sides know. Failures: kUnavailable (part "docker")
/// when the engine cannot be asked, kNotFound and kConflict as it says, kUpstream for all else; each a sentence with
/// what was tried and the engine's own words.
class Engine {
 public:
  Engine(http::Client& client, std::filesystem::path socket, std::chrono::seconds answer)
      : client_(client), socket_(std::move(socket)), answer_(answer) {}

  /// Containers with all of these labels ("key" or "key=value"), also those that do not run, as the list has them.
  Task<Result<nlohmann::json>> containers(std::vector<std::string> labels);
  Task<Result<nlohmann::json>> inspect(std::string container);
  Task<Result<nlohmann::json>> image(std::string reference);
  /// The id of the new container.
  Task<Result<std::string>> create(std::string name, std::string body);
  Task<Result<void>> start(std::string container);  ///< fine when it runs already
  /// Waits until it has ended: by itself within its `grace`, else it is killed. Fine when it does not run.
  Task<Result<void>> stop(std::string container, std::chrono::seconds grace);
  Task<Result<void>> rename(std::string container, std::string name);
  Task<Result<void>> remove(std::string container);  ///< not its volumes; fine when it is gone
  Task<Result<void>> set_restart_policy(std::string container, std::string policy);
  Task<Result<void>> connect(std::string network, std::string body);
  /// The last lines of what it has written, made printable; "" when they are not to be had.
  Task<std::string> last_words(std::string container);

  /// Told of each line of a pull's report; an Error ends the pull.
  using OnLine = std::function<Task<Result<void>>(std::string line)>;
  /// Has the engine fetch an image. `credentials` is the field X-Registry-Auth, or "".
  Task<Result<void>> pull(std::string reference, std::string credentials, OnLine on_line);

 private:
  Task<Result<void>> agree_on_version();
  [[nodiscard]] http::ClientRequest request(std::string method, std::string path, std::string body) const;
  [[nodiscard]] Error away(const Error& why) const;
  /// The body of a good answer; `what` completes "The Docker Engine could not …".
  Task<Result<std::string>> ask(std::string what, std::string method, std::string path, std::string body,
                                std::chrono::seconds longer);
  Task<Result<void>> tell(std::string what, std::string path, std::string body);
  Task<Result<nlohmann::json>> read(std::string what, std::string path);

  http::Client& client_;
  const std::filesystem::path socket_;
  const std::chrono::seconds answer_;
  std::string version_;  ///< "/v1.41"; "" until it has been agreed upon
};

}  // namespace rapt::agent::docker
