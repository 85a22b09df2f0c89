// SPDX-License-Identifier: AGPL-3.0-or-later
#include "kubernetes_rollout.hpp"

#include <nlohmann/json.hpp>

#include "kubernetes_follow.hpp"
#include "patience.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::kubernetes {

Task<Result<Deployment>> Rollouts::read(std::string name) {
  const auto object = co_await api_.read(kDeployments, name);
  if (object) co_return deployment_of(*object);
  const auto error = object.error();
  if (error.kind != ErrorKind::kNotFound) co_return error;
  co_return Error::conflict("There is no deployment " + name +
                            " in the agent's namespace: see UPDATE_KUBERNETES_DEPLOYMENTS.");
}

Task<Result<PodNews>> Rollouts::news_of(Deployment deployment) {
  std::string query = "labelSelector=" + query_value(deployment.selector);
  const auto pods = co_await api_.list(kPods, std::move(query));
  if (!pods) co_return pods.error();
  co_return judge_pods(*pods, deployment.container, deployment.image);
}

Task<Error> Rollouts::fault_of(Deployment deployment, PodNews news) {
  std::string said = "The deployment " + deployment.name + " did not come up: " + news.trouble;
  if (!news.pod.empty()) {
    const std::string words = co_await api_.last_words(news.pod, deployment.container);
    if (!words.empty()) said += " Its last words: " + words;
  }
  Error out = Error::conflict(std::move(said));
  out.part = "kubernetes";
  co_return out;
}

Task<Result<void>> Rollouts::wait(std::string name, Phase phase, Progress& progress) {
  Follow follow(api_, kDeployments, name);
  Patience all(api_.options().patience), fault(api_.options().fault_patience);
  for (;;) {
    const auto object = co_await follow.next();
    if (!object) co_return object.error();
    const auto deployment = deployment_of(*object);
    if (!deployment) co_return deployment.error();
    const Rollout rollout = judge_rollout(*object);
    std::string come_to = name + ": " + rollout.detail;
    co_await progress.at(phase, std::move(come_to));
    if (rollout.state == Rollout::State::kDone) co_return Result<void>{};
    auto news = co_await news_of(*deployment);
    if (!news) co_return news.error();
    if (const std::string creation = creation_fault(*object); !creation.empty()) *news = {creation, false, "", 0, 0};
    if (news->trouble.empty()) fault.restart();
    const bool failed = rollout.state == Rollout::State::kFailed;
    if (failed || all.is_over()) news->trouble = rollout.detail + " " + news->trouble;
    if (failed || all.is_over() || news->hopeless || (!news->trouble.empty() && fault.is_over()))
      co_return co_await fault_of(*deployment, *news);
  }
}

Task<Result<PodNews>> Rollouts::look(std::string name, std::string image) {
  const auto object = co_await api_.read(kDeployments, name);
  if (!object) co_return object.error();
  const auto deployment = deployment_of(*object);
  if (!deployment) co_return deployment.error();
  if (deployment->image != image)
    co_return PodNews{"somebody else has changed its image to " + deployment->image + ".", true, "", 0, 0};
  auto news = co_await news_of(*deployment);
  if (news && news->trouble.empty() && is_short(*object)) news->trouble = "fewer of its pods answer than should.";
  co_return news;
}

Task<Result<void>> Rollouts::watch(std::vector<std::string> names, std::string image, Progress& progress) {
  Patience all(api_.options().watch), fault(api_.options().fault_patience);
  for (;;) {
    co_await progress.at(Phase::kWatching, "the new pods are watched");
    std::string trouble;
    for (const std::string& name : names) {
      const auto news = co_await look(name, image);
      if (!news) co_return news.error();
      if (news->trouble.empty()) continue;
      trouble = "The deployment " + name + " did not stay well: " + news->trouble;
      if (news->hopeless) co_return Error::conflict(trouble);
    }
    if (trouble.empty() && all.is_over()) co_return Result<void>{};
    if (trouble.empty()) fault.restart();
    if (!trouble.empty() && fault.is_over()) co_return Error::conflict(trouble);
    co_await runtime::sleep_for(api_.options().look_every);
  }
}

}  // namespace rapt::agent::kubernetes
