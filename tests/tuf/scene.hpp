// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "rapt/http/client.hpp"
#include "rapt/http/server.hpp"
#include "rapt/marketplace/http_fetcher.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/tuf/client.hpp"
#include "simulator.hpp"

namespace rapt::tuf::testing {

/// What the server does for one path instead of answering as it should.
enum class Misdeed {
  kEndless,  ///< never ends
  kTrickle,  ///< a byte now and then
  kSilent,   ///< the head, then nothing
  kFault,    ///< status 500
};

/// Serves a simulator: /metadata/FILE and /targets/FILE.
class SimulatorServer final : public http::Handler {
 public:
  explicit SimulatorServer(Simulator& repository);
  ~SimulatorServer() override;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  Task<void> handle(http::Request& request, http::Responder& responder) override;
  [[nodiscard]] http::Response failure(int status, std::string_view code, std::string_view message,
                                       std::string_view request_id) const override;
  std::map<std::string, Misdeed> misdeeds;  ///< by path; set between requests

 private:
  Task<void> misbehave(Misdeed deed, http::Responder& responder);
  Simulator& repository_;
  std::atomic<bool> closing_{false};
  runtime::Runtime loop_{1};
  http::Server server_;
  std::jthread thread_;
};

/// A repository, its server, and a host that uses it. Each call is a new client over the same folder, as a new process
/// would be.
class Scene : public ::testing::Test {
 protected:
  Scene();
  ~Scene() override;
  [[nodiscard]] std::unique_ptr<Client> new_client(Limits limits = {});
  Result<void> init(std::string root);
  Result<void> init() { return init(repository.files("root").front()); }
  Result<void> refresh(Limits limits = {});
  /// Refreshes, finds the target and downloads it beside others.
  Result<void> download(const std::string& path);
  [[nodiscard]] bool refreshes() { return refresh().has_value(); }
  [[nodiscard]] bool downloads(const std::string& path) { return download(path).has_value(); }
  /// What the folder holds: file name without ".json" -> version.
  [[nodiscard]] std::map<std::string, int> trusted() const;
  [[nodiscard]] int version(const std::string& role) const;  ///< 0 when there is none
  [[nodiscard]] std::string bytes(const std::string& role) const;
  /// The sentence with which a refresh fails; "" when it succeeds.
  std::string refused(Limits limits = {});

  TestClock clock;
  Simulator repository{clock};
  SimulatorServer server{repository};
  http::Client http;
  std::map<std::string, std::string> downloaded;  ///< by path
  std::filesystem::path folder;
  int patience_ms = 60000;  ///< of the fetcher; the attacks by slowness shorten it
};

}  // namespace rapt::tuf::testing
