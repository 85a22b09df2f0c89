// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

#include "rapt/http/server.hpp"

namespace rapt::demo {

/// The demonstration model: a small server that speaks OpenAI's chat completions, so that everything works without a
/// key. It announces itself as "rapt-demo". It takes any bearer token, and none.
class DemoModel final : public http::Handler {
 public:
  struct Options {
    std::chrono::milliseconds word_pause{15};  ///< between two words of a stream, so that one sees it
    /// Lets a test ask for a failure by the model's name: "scenario:error-401", "-429", "-500", "rubbish",
    /// "disconnect", "error-in-stream", "silent", "no-usage", "empty", "leak", "echo".
    bool scenarios = false;
  };
  explicit DemoModel(Options options) : options_(options) {}

  Task<void> handle(http::Request& request, http::Responder& responder) override;
  [[nodiscard]] http::Response failure(int status, std::string_view code, std::string_view message,
                                       std::string_view request_id) const override;

 private:
  Options options_;
};

/// Serves on 127.0.0.1:`port` (0: any free port, which is printed) until SIGTERM or SIGINT. Returns the exit code.
int run_demo_model(std::uint16_t port, bool scenarios = false);

}  // namespace rapt::demo
