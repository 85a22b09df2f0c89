// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/agent/docker.hpp"
#include "rapt/base/file.hpp"

namespace rapt::agent::testing {

/// Notes what it is told.
class Notes final : public Progress {
 public:
  Task<void> at(Phase phase, std::string detail) override {
    phases.emplace_back(phase, std::move(detail));
    co_return;
  }
  [[nodiscard]] bool has(Phase phase) const;
  std::vector<std::pair<Phase, std::string>> phases;
};

/// A Docker Engine (engine.mjs) with an instance in it: the made-up one, or a dockerd of its own when the environment
/// says RAPT_DOCKER_ENGINE=real.
class Scene {
 public:
  Scene();
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  static bool is_real();
  /// Why dockerd cannot be started here; "" when it can.
  static std::string missing();

  /// The reference of one of the images of behaviors.mjs.
  [[nodiscard]] std::string image(const std::string& name) const;
  [[nodiscard]] marketplace::VouchedRelease release(const std::string& image) const;
  /// Makes and starts a container of the image "one" and waits until it is healthy; `more` is laid over its body.
  void run(const std::string& name, const std::string& role, const std::string& more = "{}");
  [[nodiscard]] DockerOptions options() const;

  /// The body of the engine's answer; throws when it is no good one.
  [[nodiscard]] nlohmann::json ask(const std::string& method, const std::string& path,
                                   const std::string& body = {}) const;
  [[nodiscard]] nlohmann::json inspect(const std::string& name) const;
  /// Name -> version of the image, of the containers that run; those that do not run are "NAME (status)".
  [[nodiscard]] std::map<std::string, std::string> containers() const;

  /// engine.mjs says what there is. From the `nth` request that fits, so many `times`.
  void fault(const std::string& match, const std::string& action, int nth = 1, const std::string& message = {},
             int times = 1) const;
  void clear_fault() const;
  void await_hit() const;
  /// "METHOD path" of everything but GET that was asked of the engine since the last call.
  [[nodiscard]] std::vector<std::string> changes() const;
  /// No container, no journal, no fault.
  void remove_all() const;
  /// Of all images, only the one that run() takes has been fetched.
  void forget_images() const;

 private:
  void start_engine();

  std::filesystem::path folder_;
  std::filesystem::path socket_;
  std::map<std::string, std::string> images_;
  UniqueFd input_;  ///< the engine ends with it
  pid_t engine_ = -1;
};

/// Of the whole process with a real engine, whose start takes a while; else the test's own. Empty of containers.
std::shared_ptr<Scene> new_scene();

Result<Outcome> apply(const DockerOptions& options, const marketplace::VouchedRelease& release, Progress& progress);
Result<Outcome> apply(const DockerOptions& options, const marketplace::VouchedRelease& release);
Result<Outcome> rollback(const DockerOptions& options);
Result<std::optional<Outcome>> recover(const DockerOptions& options);

}  // namespace rapt::agent::testing
