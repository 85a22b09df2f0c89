// SPDX-License-Identifier: AGPL-3.0-or-later
// Waiting for what the cluster makes of a patch.
#pragma once

#include <string>
#include <vector>

#include "kubernetes_api.hpp"
#include "kubernetes_deployment.hpp"

namespace rapt::agent::kubernetes {

class Rollouts {
 public:
  explicit Rollouts(Api& api) : api_(api) {}
  /// The deployment as it is now.
  Task<Result<Deployment>> read(std::string name);
  /// Until all pods are of the newest template and answer. An Error tells why that will not be.
  Task<Result<void>> wait(std::string name, Phase phase, Progress& progress);
  /// Whether the deployments keep `image` and stay available for options().watch.
  Task<Result<void>> watch(std::vector<std::string> names, std::string image, Progress& progress);

 private:
  Task<Result<PodNews>> news_of(Deployment deployment);
  /// What is wrong with the deployment now; no trouble when nothing is.
  Task<Result<PodNews>> look(std::string name, std::string image);
  Task<Error> fault_of(Deployment deployment, PodNews news);

  Api& api_;
};

}  // namespace rapt::agent::kubernetes
