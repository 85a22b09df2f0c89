// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers routes, jobs and exports as the test that asks wishes it to, also as no module should.
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include <rapt/json.hpp>
#include <rapt/module.hpp>

namespace {

using rapt::json::quote;
using rapt::json::Value;

[[noreturn]] void sleep_forever() {
  for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
}

struct Calls {
  std::string on_route(std::string_view input) {
    const Value asked = rapt::json::parse(input).value_or(Value());
    const auto route = asked.get("route").text();
    if (route == "/never") sleep_forever();
    if (route == "/crash") std::abort();
    // The request's body is the answer, word for word.
    if (route == "/answer") return std::string(asked.get("body").text());
    if (route == "/tagged") return R"({"json":{"data":[1],"meta":{"total":1}},"headers":{"ETag":"\"seven\""}})";
    if (route == "/large") return R"({"body":")" + std::string(900000, 'x') + R"("})";
    return R"({"json":)" + std::string(input) + "}";
  }

  /// What the job says is the answer, word for word.
  std::string on_job(std::string_view input) {
    return std::string(rapt::json::parse(input).value_or(Value()).get("payload").get("answer").text());
  }

  std::string on_export(std::string_view input) {
    const Value asked = rapt::json::parse(input).value_or(Value());
    const auto name = asked.get("export").text();
    const auto piece = asked.get("piece").integer();
    if (name == "never") sleep_forever();
    if (name == "torn" && piece == 2) std::abort();
    if (name == "lie") return R"({"text":"a","base64":"YQ=="})";
    if (name == "bytes") return R"({"base64":"AP9h","done":true})";
    if (name == "endless") return R"({"text":)" + quote(std::string(100000, 'x')) + R"(,"memo":""})";
    // The memo is what it has said so far: it may be asked in another process each time.
    const std::string memo(asked.get("memo").text());
    const std::string line = "row " + std::to_string(piece) + " of " + std::string(asked.get("place_id").text()) + "\n";
    const bool last = piece == 3;
    return R"({"text":)" + quote(line + memo) +
           (last ? R"(,"done":true})" : R"(,"memo":"after )" + std::to_string(piece) + R"(\n"})");
  }
};

}  // namespace

RAPT_MODULE(Calls, MODULE_NAME, MODULE_VERSION);
