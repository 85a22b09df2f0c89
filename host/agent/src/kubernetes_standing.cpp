// SPDX-License-Identifier: AGPL-3.0-or-later
// How deployments and pods stand, by what they say of themselves.
#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "json_fields.hpp"
#include "kubernetes_deployment.hpp"
#include "rapt/base/text.hpp"

namespace rapt::agent::kubernetes {
namespace {

using nlohmann::json;

constexpr std::int64_t kManyRestarts = 3;  // a new container that has ended so often does not run
constexpr std::size_t kMaxStanding = 400;

const json* condition(const json& object, std::string_view type) {
  for (const json& one : at(object, {"status", "conditions"}))
    if (text(one, "type") == type) return &one;
  return nullptr;
}

bool contains(const auto& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool has_image(const json& pod, std::string_view container, std::string_view image) {
  for (const json& one : at(pod, {"spec", "containers"}))
    if (text(one, "name") == container) return text(one, "image") == image;
  return false;
}

/// Of one container's status: why it does not run, in words for people.
std::string waiting_fault(const json& status, const std::string& pod) {
  constexpr std::array<std::string_view, 3> kImages{"ImagePullBackOff", "ErrImagePull", "InvalidImageName"};
  constexpr std::array<std::string_view, 4> kStarts{"CrashLoopBackOff", "CreateContainerConfigError",
                                                    "CreateContainerError", "RunContainerError"};
  const json& waiting = at(status, {"state", "waiting"});
  const std::string reason = text(waiting, "reason"), message = printable(text(waiting, "message"), kMaxStanding);
  const std::string said = " (" + reason + (message.empty() ? "" : ": " + message) + ").";
  if (contains(kImages, reason)) return "The pod " + pod + " cannot get the image" + said;
  if (contains(kStarts, reason)) return "The pod " + pod + " does not stay up" + said;
  if (number(status, "restartCount") < kManyRestarts) return {};
  return "The pod " + pod + " has been started again " + std::to_string(number(status, "restartCount")) + " times.";
}

void judge_pod(const json& pod, PodNews& news) {
  const std::string name = text(at(pod, {"metadata"}), "name");
  for (const char* kind : {"initContainerStatuses", "containerStatuses"}) {
    for (const json& status : at(pod, {"status", kind})) {
      news.restarts += number(status, "restartCount");
      const std::string fault = waiting_fault(status, name);
      if (fault.empty() || !news.trouble.empty()) continue;
      news.trouble = fault;
      news.pod = name;
      news.hopeless = text(at(status, {"state", "waiting"}), "reason") == "InvalidImageName";
    }
  }
  if (!news.trouble.empty()) return;
  const json* scheduled = condition(pod, "PodScheduled");
  if (scheduled == nullptr || text(*scheduled, "reason") != "Unschedulable") return;
  news.pod = name;
  news.trouble = "No node takes the pod " + name + " (" + printable(text(*scheduled, "message"), kMaxStanding) + ").";
}

}  // namespace

Rollout judge_rollout(const json& deployment) {
  using State = Rollout::State;
  const json &status = at(deployment, {"status"}), &spec = at(deployment, {"spec"});
  if (number(at(deployment, {"metadata"}), "generation") > number(status, "observedGeneration"))
    return {State::kGoingOn, "waiting for the cluster to see the change"};
  const json* progressing = condition(deployment, "Progressing");
  if (progressing != nullptr && text(*progressing, "reason") == "ProgressDeadlineExceeded")
    return {State::kFailed, "The deployment did not come further within its progressDeadlineSeconds (" +
                                printable(text(*progressing, "message"), kMaxStanding) + ")."};
  const auto wanted = number(spec, "replicas", 1), updated = number(status, "updatedReplicas");
  const auto all = number(status, "replicas"), available = number(status, "availableReplicas");
  const std::string of = " of " + std::to_string(wanted) + " ";
  if (updated < wanted) return {State::kGoingOn, std::to_string(updated) + of + "pods are new"};
  if (all > updated) return {State::kGoingOn, std::to_string(all - updated) + " old pods still end"};
  if (available < updated) return {State::kGoingOn, std::to_string(available) + of + "new pods are ready"};
  return {State::kDone, std::to_string(available) + of + "new pods are ready"};
}

std::string creation_fault(const json& deployment) {
  const json* failure = condition(deployment, "ReplicaFailure");
  if (failure == nullptr || text(*failure, "status") != "True") return {};
  return "Its pods cannot be made: " + printable(text(*failure, "message"), kMaxStanding) + ".";
}

bool is_short(const json& deployment) {
  return number(at(deployment, {"status"}), "availableReplicas") < number(at(deployment, {"spec"}), "replicas", 1);
}

PodNews judge_pods(const json& pods, std::string_view container, std::string_view image) {
  PodNews out;
  for (const json& pod : at(pods, {"items"})) {
    if (!has_image(pod, container, image) || !at(pod, {"metadata", "deletionTimestamp"}).is_null()) continue;
    ++out.count;
    judge_pod(pod, out);
  }
  return out;
}

}  // namespace rapt::agent::kubernetes
