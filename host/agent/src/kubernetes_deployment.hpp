// SPDX-License-Identifier: AGPL-3.0-or-later
// What deployments and their pods say, and the patches that bring them elsewhere. No network here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"

namespace rapt::agent::kubernetes {

inline constexpr std::string_view kVersion = "raptscallions.org/version";
inline constexpr std::string_view kImage = "raptscallions.org/image";
inline constexpr std::string_view kPreviousVersion = "raptscallions.org/previous-version";
inline constexpr std::string_view kPreviousImage = "raptscallions.org/previous-image";
inline constexpr std::string_view kUpdate = "raptscallions.org/update";
inline constexpr std::string_view kContainer = "raptscallions";

/// What an update needs to know of one deployment.
struct Deployment {
  std::string name, resource_version;
  std::string container, image;         ///< of the container that is named raptscallions, or the only one
  std::string version, image_by_agent;  ///< annotations; "" when absent
  std::string previous_version, previous_image, journal;
  std::string selector;  ///< of its pods, as a labelSelector
  std::int64_t replicas = 1;
  bool paused = false;
};
/// kConflict with a sentence when it is not shaped as it has to be.
Result<Deployment> deployment_of(const nlohmann::json& object);
/// What it runs: the annotation while the image is the one that it was written for, else the version in the image's
/// tag. kConflict when nobody says.
Result<std::string> version_of(const Deployment& deployment);

/// How far a roll-out has come, judged as `kubectl rollout status` does.
struct Rollout {
  enum class State : std::uint8_t { kGoingOn, kDone, kFailed } state = State::kGoingOn;
  std::string detail;  ///< "1 of 3 pods are new"; why it failed
};
Rollout judge_rollout(const nlohmann::json& deployment);
/// Why the deployment can make no pods (a quota); "" when it can.
std::string creation_fault(const nlohmann::json& deployment);
/// Whether fewer pods answer than should.
bool is_short(const nlohmann::json& deployment);

/// How the pods with that image fare.
struct PodNews {
  std::string trouble;    ///< a sentence: image that cannot be had, container that crashes; "" when there is none
  bool hopeless = false;  ///< waiting does not help
  std::string pod;        ///< whose trouble it is
  std::int64_t restarts = 0;
  std::size_t count = 0;  ///< of pods
};
PodNews judge_pods(const nlohmann::json& pods, std::string_view container, std::string_view image);

/// The journal, an annotation of the first deployment.
struct Journal {
  enum class Step : std::uint8_t { kMigrating, kSwitching, kWatching, kRollingBack } step = Step::kMigrating;
  bool asked_back = false;  ///< a person has asked for the version before
  std::string from, to;     ///< versions
  std::string image;        ///< to which the deployments go; which they leave, when rolling back
  std::string because;      ///< why it is taken back
};
std::string encode(const Journal& journal);
/// kConflict when it cannot be read.
Result<Journal> parse_journal(const std::string& text);

/// Annotations alone: no pod is touched. `journal` "" takes it away.
std::string journal_patch(const Deployment& deployment, const std::string& journal);
/// The new image, and what has to be known to go back.
std::string forward_patch(const Deployment& deployment, const Journal& journal);
/// The image before.
std::string backward_patch(const Deployment& deployment, const Journal& journal);

}  // namespace rapt::agent::kubernetes
