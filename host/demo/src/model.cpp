// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/demo/model.hpp"

#include <array>
#include <ctime>
#include <iostream>
#include <string>
#include <utility>

#include "book.hpp"
#include "protocol.hpp"
#include "rapt/runtime/runtime.hpp"
#include "scenario.hpp"
#include "telling.hpp"

namespace rapt::demo {

namespace {

http::Response scripted_failure(const Scenario& scenario) {
  const std::string_view code = scenario.status == 401   ? "invalid_api_key"
                                : scenario.status == 404 ? "model_not_found"
                                : scenario.status == 429 ? "rate_limit_exceeded"
                                                         : "server_error";
  auto response = json_response(scenario.status, error_json("The scenario wants it so.", code));
  if (!scenario.retry_after) return response;
  auto value = std::to_string(scenario.retry_after->count());
  if (scenario.retry_as_date) {
    const auto when = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + *scenario.retry_after);
    std::tm parts{};
    char text[64];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", ::gmtime_r(&when, &parts));
    value = text;
  }
  response.headers.set("Retry-After", value);
  return response;
}

/// So many pieces of four bytes each, which are a token each.
std::string words_of_length(std::size_t tokens) {
  constexpr std::array<std::string_view, 5> kWords = {"one ", "two ", "six ", "ten ", "and "};
  std::string text;
  for (std::size_t i = 0; i < tokens; ++i) text += kWords[i % kWords.size()];
  return text;
}

DemoAnswer answer_to(const DemoRequest& request, const Scenario& scenario) {
  auto answer = demo_answer(request);
  if (request.model.starts_with("rapt-demo-")) answer.model = request.model;
  if (scenario.tokens) answer.content = words_of_length(*scenario.tokens);
  if (scenario.empty) answer.content.clear();
  if (scenario.echo) answer.content = request.messages.back().content;
  if (scenario.leak) answer.content = "Write to sam.lee@example.com or call 415-555-0132, and ask for $x$.";
  answer.completion_tokens = tokens_of(answer.content);
  return answer;
}

http::Response refusal(const Error& error) {
  const auto& field = error.fields.front();
  return json_response(400, error_json(field.path + " " + field.message, "invalid_request"));
}

std::string call_of(const http::Request& request) {
  return std::string(request.headers.get("x-request-id").value_or(""));
}

Task<void> answer_chat(const http::Request& request, http::Responder& responder, Book& book,
                       DemoModel::Options options) {
  auto parsed = parse_demo_request(request.body);
  const auto scenario = parsed ? scenario_of(parsed->model, options.scenarios) : Result<Scenario>(parsed.error());
  if (!scenario) {
    auto refused = refusal(scenario.error());
    co_return co_await responder.send(std::move(refused));
  }
  auto answer = answer_to(*parsed, *scenario);
  const auto call = book.begin(call_of(request), answer.model);
  answer.id = book.generation_id(call);
  if (scenario->status != 200 && book.count_try(call_of(request) + " " + parsed->model) <= scenario->failures) {
    co_await runtime::sleep_for(scenario->before_head);
    auto failure = scripted_failure(*scenario);
    book.end(call, "failed");
    co_return co_await responder.send(std::move(failure));
  }
  Telling telling(book, call, answer, *scenario, options.word_pause);
  co_await telling.tell(responder, parsed->stream, parsed->include_usage);
}

Task<void> answer_embeddings(const http::Request& request, http::Responder& responder, Book& book) {
  const auto made = demo_embeddings(request.body);
  if (!made) {
    auto refused = refusal(made.error());
    co_return co_await responder.send(std::move(refused));
  }
  const auto call = book.begin(call_of(request), std::string(kDemoModel));
  book.written(call, made->tokens, 0);
  book.end(call, "answered");
  auto response = json_response(200, made->json);
  co_await responder.send(std::move(response));
}

http::Response tell_generation(const http::Request& request, const Book& book) {
  const auto id = request.query_value("id").value_or("");
  const auto found = book.find(id);
  if (!found) return json_response(404, error_json("No call of that name has ended.", "not_found"));
  return json_response(200, generation_json(*found));
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

DemoModel::DemoModel(Options options) : options_(options), book_(std::make_unique<Book>()) {}
DemoModel::~DemoModel() = default;

Result<void> DemoModel::write_book_to(const std::filesystem::path& file) {
  return book_->write_to(file);
}

Task<void> DemoModel::handle(http::Request& request, http::Responder& responder) {
  const auto asked = request.method + " " + request.path;
  if (asked == "POST /v1/chat/completions") {
    co_await answer_chat(request, responder, *book_, options_);
  } else if (asked == "POST /v1/embeddings") {
    co_await answer_embeddings(request, responder, *book_);
  } else {
    http::Response response;
    if (asked == "GET /v1/models") {
      response = json_response(200, models_json());
    } else if (asked == "GET /v1/generation") {
      response = tell_generation(request, *book_);
    } else if (asked == "GET /v1/book") {
      response = json_response(200, book_->to_json());
    } else {
      response = json_response(404, error_json("There are POST /v1/chat/completions and /v1/embeddings, and GET "
                                               "/v1/models, /v1/generation?id= and /v1/book.",
                                               "not_found"));
    }
    co_await responder.send(std::move(response));
  }
}

http::Response DemoModel::failure(int status, std::string_view code, std::string_view message, std::string_view) const {
  return json_response(status, error_json(message, code));
}

int run_demo_model(std::uint16_t port, bool scenarios, const std::filesystem::path& book) {
  runtime::Runtime loop(1);
  DemoModel model({.scenarios = scenarios});
  if (!book.empty()) {
    if (const auto opened = model.write_book_to(book); !opened) {
      std::cerr << opened.error().fields.front().message << '\n';
      return 1;
    }
  }
  // A second's silence has a comment, as with gateways that make one wait.
  http::Server server(loop.executor(), {.port = port, .heartbeat = std::chrono::seconds(1)}, model);
  int exit_code = 0;
  loop.on_signal([&] { loop.spawn(stop(server, loop)); });
  loop.spawn(serve(server, loop, exit_code));
  loop.run();
  return exit_code;
}

}  // namespace rapt::demo
