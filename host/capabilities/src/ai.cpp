// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/ai.hpp"

#include <atomic>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include "ai_question.hpp"
#include "asked.hpp"
#include "json_asked.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/runtime/wakeup.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using sandbox::AiMethod;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kLook{20};

ServiceAnswer failure(rapt_status status, const char* word, const std::string& message) {
  const json object{{"error", word}, {"message", message}};
  return json_refused(status, object);
}

ServiceAnswer late() {
  return failure(RAPT_E_UNAVAILABLE, "timeout", "The AI was not done when the time of this call was over.");
}

/// `named`: the module's own wish; "" when it took what holds there.
ServiceAnswer not_available(const Error& error, const std::string& named, bool of_tool) {
  if (!named.empty())
    return failure(
        RAPT_E_NOT_ALLOWED, "model",
        "The AI model \"" + printable(named, 200) + "\" is not active here, or has no price where one counts.");
  return failure(RAPT_E_NOT_ALLOWED, of_tool ? "model" : "off", error.message);
}

std::string faults_of(const Error& error) {
  std::string out = "The AI's answer does not fit the schema, also not at the second try";
  for (std::size_t i = 0; i < error.fields.size() && i < 5; ++i)
    out += (i == 0 ? ": " : "; ") + error.fields[i].path + " " + error.fields[i].message;
  return out + ".";
}

/// Messages of core/quota and core/gateway are made for people; details stay in the log.
ServiceAnswer failed(const ServiceRequest& request, const Error& error, const std::string& named, bool of_tool) {
  log::info("module.ai_failed", {{"module", request.module}, {"code", error.code}, {"detail", error.log_detail}});
  if (error.kind == ErrorKind::kUnprocessable && error.code == "AI_MODEL_NOT_AVAILABLE")
    return not_available(error, named, of_tool);
  if (error.code == "AI_LIMIT_REACHED") return failure(RAPT_E_NOT_ALLOWED, "limit", error.message);
  if (error.code == "AI_BUDGET_EXHAUSTED") return failure(RAPT_E_NOT_ALLOWED, "budget", error.message);
  if (error.code == "AI_CONTEXT_TOO_LONG") return json_refused(RAPT_E_TOO_LARGE, {{"message", error.message}});
  if (error.code == "OUTPUT_INVALID") return failure(RAPT_E_UNAVAILABLE, "gateway", faults_of(error));
  if (error.kind == ErrorKind::kTimeout) return failure(RAPT_E_UNAVAILABLE, "timeout", error.message);
  if (error.code == "AI_RATE_LIMITED") return failure(RAPT_E_UNAVAILABLE, "overloaded", error.message);
  return failure(RAPT_E_UNAVAILABLE, "gateway",
                 error.kind == ErrorKind::kUpstream ? error.message : "The AI cannot be asked at the moment.");
}

std::string finish_of(const std::string& reason) {
  if (reason == "length") return "length";
  return reason == "content_filter" ? "filter" : "stop";
}

ServiceAnswer answer_of(const ChatAsked& asked, const ChatTold& told) {
  json out{{"model", told.model},
           {"input_tokens", told.input_tokens},
           {"output_tokens", told.output_tokens},
           {"finish", finish_of(told.finish_reason)}};
  if (asked.schema) {
    out["json"] = json::parse(told.text, nullptr, false);
  } else {
    out["text"] = told.text;
  }
  auto answer = json_answered(out);
  return answer.texts[0]->size() > sandbox::kMaxServiceBytes ? refused(RAPT_E_TOO_LARGE) : std::move(answer);
}

ServiceAnswer answer_of(const gateway::Embeddings& embeddings) {
  auto answer = answered(embeddings_json(embeddings));
  if (answer.texts[0]->size() <= sandbox::kMaxServiceBytes) return answer;
  return json_refused(RAPT_E_TOO_LARGE,
                      {{"message", "The vectors have more than 1 MiB: ask about fewer texts at once."}});
}

/// What the one who asked waits for.
struct Waiting {
  runtime::Wakeup done{};
  std::optional<ServiceAnswer> answer{};
};

}  // namespace

struct AiCapability::Impl {
  Parts parts;
  std::atomic<int> on_their_way{0};

  Task<ServiceAnswer> chat(const ServiceRequest& request);
  Task<ServiceAnswer> embed(const ServiceRequest& request);
  static Task<void> run(std::shared_ptr<Impl> self, ServiceRequest request, std::shared_ptr<Waiting> waiting);
};

Task<ServiceAnswer> AiCapability::Impl::chat(const ServiceRequest& request) {
  auto asked = parse_chat(request);
  if (!asked) co_return json_invalid(asked.error());
  auto payer = co_await find_payer(parts.database, request.module, request.scope);
  if (!payer) co_return failed(request, payer.error(), asked->model, false);
  const bool of_tool = !payer->tool_model.empty();
  AiQuestion question(parts, std::move(*payer), request.deadline);
  const auto told = co_await question.chat(*asked);
  co_return told ? answer_of(*asked, *told) : failed(request, told.error(), asked->model, of_tool);
}

Task<ServiceAnswer> AiCapability::Impl::embed(const ServiceRequest& request) {
  auto asked = parse_embed(request, parts.embedding_model);
  if (!asked) co_return json_invalid(asked.error());
  auto payer = co_await find_payer(parts.database, request.module, request.scope);
  const std::string named = asked->model;
  if (!payer) co_return failed(request, payer.error(), named, false);
  AiQuestion question(parts, std::move(*payer), request.deadline);
  const auto made = co_await question.embed(std::move(*asked));
  co_return made ? answer_of(*made) : failed(request, made.error(), named, false);
}

Task<void> AiCapability::Impl::run(std::shared_ptr<Impl> self, ServiceRequest request,
                                   std::shared_ptr<Waiting> waiting) {
  const bool chat = request.method == static_cast<std::uint32_t>(AiMethod::kChat);
  auto answer = chat ? self->chat(request) : self->embed(request);
  waiting->answer = co_await std::move(answer);
}

AiCapability::AiCapability(Parts parts) : impl_(std::make_shared<Impl>(std::move(parts))) {}
AiCapability::~AiCapability() = default;

Task<ServiceAnswer> AiCapability::call(ServiceRequest request) {
  using namespace boost::asio::experimental::awaitable_operators;
  const auto method = static_cast<AiMethod>(request.method);
  if (method != AiMethod::kChat && method != AiMethod::kEmbed) co_return refused(RAPT_E_INVALID);
  const auto left = std::chrono::duration_cast<milliseconds>(request.deadline - Steady::now());
  if (left <= milliseconds(0)) co_return late();
  // On the loop of whoever asks: what they share is touched by one of them at a time.
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto waiting = std::make_shared<Waiting>();
  auto running = Impl::run(impl_, std::move(request), waiting);
  auto ended = [impl = impl_, waiting](const std::exception_ptr& fault) {
    --impl->on_their_way;
    if (fault) log::error("ai_service.ended_by_exception", {});
    if (!waiting->answer)
      waiting->answer = failure(RAPT_E_UNAVAILABLE, "gateway", "The AI cannot be asked at the moment.");
    waiting->done.notify();
  };
  ++impl_->on_their_way;
  boost::asio::co_spawn(executor, std::move(running), std::move(ended));
  co_await (waiting->done.wait() || runtime::sleep_for(left));
  co_return waiting->answer ? std::move(*waiting->answer) : late();
}

Task<void> AiCapability::finish(milliseconds grace) {
  const auto until = Steady::now() + grace;
  while (impl_->on_their_way > 0 && Steady::now() < until) co_await runtime::sleep_for(kLook);
  if (impl_->on_their_way > 0)
    log::warn("ai_service.left_behind", {{"questions", std::to_string(impl_->on_their_way)}});
}

}  // namespace rapt::host
