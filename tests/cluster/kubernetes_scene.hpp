// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fake.hpp"
#include "rapt/agent/kubernetes.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::testing {

inline const std::string kOld = "r.example/raptscallions@sha256:" + std::string(64, '1');
inline const std::string kNew = "r.example/raptscallions@sha256:" + std::string(64, '2');

inline marketplace::VouchedRelease release_of(const std::string& version, const std::string& image) {
  marketplace::VouchedRelease out;
  out.release.version = version;
  out.release.image = image;
  return out;
}

inline Task<void> apply_into(Strategy& strategy, marketplace::VouchedRelease release, Progress& progress,
                             std::optional<Result<Outcome>>& out) {
  out.emplace(co_await strategy.apply(std::move(release), progress));
}

/// Two deployments of 1.0.0 in a cluster of their own.
class KubernetesScene : public ::testing::Test {
 protected:
  void SetUp() override { start(); }
  void start() {
    cluster.tell("reset");
    cluster.tell("deploy", {{"name", "raptscallions"}, {"image", kOld}, {"version", "1.0.0"}, {"sidecar", true}});
    cluster.tell("deploy", {{"name", "raptscallions-worker"}, {"image", kOld}, {"version", "1.0.0"}, {"replicas", 1}});
    settled();
  }
  /// Waits until every pod runs what its deployment says.
  void settled() {
    EXPECT_TRUE(comes_true([this] {
      const auto state = cluster.tell("state");
      for (const auto& one : state["deployments"]) {
        const auto wanted = one["spec"]["replicas"];
        for (const char* count : {"replicas", "updatedReplicas", "availableReplicas"})
          if (one["status"].value(count, nlohmann::json(0)) != wanted) return false;
        if (one["status"]["observedGeneration"] != one["metadata"]["generation"]) return false;
      }
      return true;
    }));
  }
  [[nodiscard]] KubernetesOptions options() const {
    KubernetesOptions out;
    out.url = cluster.url();
    out.account = cluster.folder() / "account";
    out.deployments = {"raptscallions", "raptscallions-worker"};
    out.watch = std::chrono::seconds(0);
    out.patience = std::chrono::seconds(60);
    out.fault_patience = std::chrono::milliseconds(50);
    out.look_every = std::chrono::milliseconds(50);
    out.retry_after = std::chrono::milliseconds(20);
    return out;
  }
  Result<Outcome> apply(const std::string& image = kNew) { return apply(options(), image); }
  Result<Outcome> apply(KubernetesOptions with, const std::string& image = kNew) {
    http::Client client;
    KubernetesStrategy strategy(std::move(with), client);
    return runtime::run_blocking(strategy.apply(release_of("1.1.0", image), notes));
  }
  Result<std::optional<Outcome>> recover() {
    http::Client client;
    KubernetesStrategy strategy(options(), client);
    return runtime::run_blocking(strategy.recover(notes));
  }
  std::string running() {
    http::Client client;
    KubernetesStrategy strategy(options(), client);
    const auto out = runtime::run_blocking(strategy.running());
    return out ? *out : out.error().message;
  }
  nlohmann::json deployment(std::size_t at) { return cluster.tell("state")["deployments"][at]; }
  std::string image(std::size_t at) {
    return deployment(at)["spec"]["template"]["spec"]["containers"][0]["image"].get<std::string>();
  }
  nlohmann::json notes_of(std::size_t at) { return deployment(at)["metadata"]["annotations"]; }
  /// It ended so, for a reason that holds each of the words; both deployments run one image, and nothing is left open.
  void expect_ending(const Result<Outcome>& outcome, Ending ending, const std::vector<std::string>& words) {
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(name(outcome->ending), name(ending)) << outcome->because;
    for (const auto& word : words) EXPECT_THAT(outcome->because, ::testing::HasSubstr(word));
    expect_whole(outcome->version);
  }
  void expect_whole(const std::string& version) {
    settled();
    EXPECT_EQ(running(), version);
    for (const std::size_t at : {0U, 1U}) EXPECT_EQ(image(at), version == "1.1.0" ? kNew : kOld);
    EXPECT_FALSE(notes_of(0).contains("raptscallions.org/update"));
  }

  Fake cluster{"kubernetes.mjs"};
  Notes notes;
};

}  // namespace rapt::agent::testing
