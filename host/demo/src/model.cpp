// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/demo/model.hpp"

#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "protocol.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::demo {

namespace {

constexpr std::string_view kScenarioPrefix = "scenario:";
constexpr std::chrono::minutes kSilence{10};

http::Response json_response(int status, std::string body) {
  http::Response response{status, {}, std::move(body)};
  response.headers.set("Content-Type", "application/json");
  return response;
}

std::string scenario_of(const DemoRequest& request, bool allowed) {
  const std::string_view model = request.model;
  if (!allowed || model.substr(0, kScenarioPrefix.size()) != kScenarioPrefix) return {};
  return std::string(model.substr(kScenarioPrefix.size()));
}

std::optional<http::Response> scripted_failure(const std::string& scenario) {
  if (scenario == "error-401") return json_response(401, error_json("Incorrect API key provided.", "invalid_api_key"));
  if (scenario == "error-404") return json_response(404, error_json("The model does not exist.", "model_not_found"));
  if (scenario == "error-500") return json_response(500, error_json("The server had an error.", "server_error"));
  if (scenario != "error-429") return std::nullopt;
  auto response = json_response(429, error_json("Rate limit reached.", "rate_limit_exceeded"));
  response.headers.set("Retry-After", "17");
  return response;
}

DemoAnswer scripted_answer(const DemoRequest& request, const std::string& scenario) {
  auto answer = demo_answer(request);
  if (scenario == "empty") answer.content.clear();
  if (scenario == "echo") answer.content = request.messages.back().content;
  if (scenario == "leak") answer.content = "Write to sam.lee@example.com or call 415-555-0132, and ask for $x$.";
  return answer;
}

/// Streams words. False when the reader has gone or the scenario ends the stream early.
Task<bool> send_words(http::EventStream& stream, const DemoAnswer& answer, const std::string& scenario,
                      std::chrono::milliseconds pause) {
  std::size_t sent = 0;
  for (auto words : words_of(answer.content)) {
    if (const bool sent_words = co_await stream.send("message", chunk_json(words)); !sent_words) co_return false;
    if (++sent < 3) continue;
    if (scenario == "disconnect") co_return false;
    if (scenario == "rubbish") co_await stream.send("message", "{\"choices\": <html>");
    if (scenario == "error-in-stream") co_await stream.send("message", error_json("upstream gave up", "502"));
    if (stream.closed()) co_return false;
    co_await runtime::sleep_for(pause);
  }
  co_return true;
}

Task<void> stream_answer(http::Responder& responder, DemoRequest request, std::string scenario,
                         std::chrono::milliseconds pause) {
  auto* stream = co_await responder.open_event_stream({});
  if (scenario == "silent") {
    co_await runtime::sleep_for(kSilence);
    co_return;
  }
  const auto answer = scripted_answer(request, scenario);
  if (const bool complete = co_await send_words(*stream, answer, scenario, pause); !complete) co_return;
  co_await stream->send("message", last_chunk_json());
  if (request.include_usage && scenario != "no-usage") co_await stream->send("message", usage_chunk_json(answer));
  co_await stream->send("message", "[DONE]");
}

Task<void> answer_chat(const http::Request& request, http::Responder& responder, DemoModel::Options options) {
  auto parsed = parse_demo_request(request.body);
  if (!parsed) {
    const auto& field = parsed.error().fields.front();
    co_await responder.send(json_response(400, error_json(field.path + " " + field.message, "invalid_request")));
    co_return;
  }
  auto scenario = scenario_of(*parsed, options.scenarios);
  if (auto failure = scripted_failure(scenario)) {
    co_await responder.send(std::move(*failure));
  } else if (parsed->stream) {
    co_await stream_answer(responder, std::move(*parsed), std::move(scenario), options.word_pause);
  } else {
    co_await responder.send(json_response(200, whole_json(scripted_answer(*parsed, scenario), scenario != "no-usage")));
  }
}

/// Serves until the process is told to stop.
Task<void> serve(http::Server& server, runtime::Runtime& loop, int& exit_code) {
  const auto started = server.start();
  if (!started) {
    std::cerr << started.error().message << '\n';
    exit_code = 1;
    loop.stop();
    co_return;
  }
  std::cout << "The demonstration model answers at http://127.0.0.1:" << server.port() << "/v1" << std::endl;
}

Task<void> stop(http::Server& server, runtime::Runtime& loop) {
  co_await server.stop(std::chrono::seconds(2));
  loop.stop();
}

}  // namespace

Task<void> DemoModel::handle(http::Request& request, http::Responder& responder) {
  if (request.method == "POST" && request.path == "/v1/chat/completions") {
    co_await answer_chat(request, responder, options_);
  } else if (request.method == "GET" && request.path == "/v1/models") {
    co_await responder.send(json_response(200, models_json()));
  } else {
    co_await responder.send(
        json_response(404, error_json("There is GET /v1/models and POST /v1/chat/completions.", "not_found")));
  }
}

http::Response DemoModel::failure(int status, std::string_view code, std::string_view message, std::string_view) const {
  return json_response(status, error_json(message, code));
}

int run_demo_model(std::uint16_t port, bool scenarios) {
  runtime::Runtime loop(1);
  DemoModel model({.scenarios = scenarios});
  http::Server server(loop.executor(), {.port = port}, model);
  int exit_code = 0;
  loop.on_signal([&] { loop.spawn(stop(server, loop)); });
  loop.spawn(serve(server, loop, exit_code));
  loop.run();
  return exit_code;
}

}  // namespace rapt::demo
