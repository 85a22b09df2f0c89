// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/supervisor.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "fleet.hpp"
#include "hook_figures.hpp"
#include "line_buffer.hpp"
#include "module.hpp"
#include "nursery.hpp"
#include "provider_text.hpp"
#include "rapt/base/log.hpp"
#include "rapt/host/pseudonym.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/telemetry/within.hpp"

namespace rapt::host {

using hooks::Answer;

std::string_view name(ModuleState state) {
  switch (state) {
    case ModuleState::kStarting:
      return "starting";
    case ModuleState::kRunning:
      return "running";
    case ModuleState::kBackoff:
      return "backoff";
    case ModuleState::kRefused:
      return "refused";
    case ModuleState::kQuarantined:
      return "quarantined";
    case ModuleState::kStopped:
      return "stopped";
  }
  return "stopped";
}

std::string_view name(Circuit circuit) {
  switch (circuit) {
    case Circuit::kClosed:
      return "closed";
    case Circuit::kOpen:
      return "open";
    case Circuit::kHalfOpen:
      return "half_open";
  }
  return "closed";
}

namespace {

/// How often a call looks for the version that has taken over from the one that it found. Once is the rule.
constexpr int kLooks = 8;

/// Why nothing may be started on this machine; "" when everything may.
std::string missing_layer(std::vector<std::string> required, const std::vector<sandbox::Layer>& layers) {
  required.insert(required.begin(), "seccomp");
  for (const auto& wanted : required) {
    const auto found =
        std::find_if(layers.begin(), layers.end(), [&](const auto& layer) { return layer.name == wanted; });
    if (found == layers.end()) return "Configuration requires the sandbox layer " + wanted + ", which does not exist.";
    if (!found->on) {
      return "This machine lacks the sandbox layer " + wanted +
             (found->detail.empty() ? "" : " (" + found->detail + ")") + ", and without it no module is started.";
    }
  }
  return {};
}

Error refused(const Module& module) {
  return Error::unavailable(module.installed().name, "The module " + module.installed().name + " was refused.",
                            module.reason());
}

Answer not_running(std::string why) {
  return Answer{.kind = Answer::Kind::kNotRunning, .text = std::move(why)};
}

/// Of a span.
std::string_view outcome_of(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::kContinue:
      return "continue";
    case Answer::Kind::kReplace:
      return "replace";
    case Answer::Kind::kBlock:
      return "block";
    case Answer::Kind::kDefer:
      return "defer";
    case Answer::Kind::kError:
      return "error";
    case Answer::Kind::kDead:
      return "dead";
    case Answer::Kind::kLate:
      return "late";
    case Answer::Kind::kLying:
      return "lying";
    case Answer::Kind::kNotRunning:
      break;
  }
  return "not_running";
}

bool is_provider_call(hooks::Point point) {
  return point == hooks::Point::kAuthStart || point == hooks::Point::kAuthStep;
}

/// What a login provider answers has a shape of its own; who misses it is ended as for every other lie.
void end_if_lying(Instance& instance, hooks::Point point, Answer& answer) {
  if (answer.kind != Answer::Kind::kReplace) return;
  const auto lie = provider_lie(point, answer.text);
  if (!lie) return;
  const auto what = "gave a malformed answer at " + std::string(hooks::name(point)) + ": " + *lie;
  instance.end({Answer::Kind::kLying, what});
  answer = Answer{.kind = Answer::Kind::kLying, .text = "It " + what + "."};
}

}  // namespace

struct Supervisor::Impl {
  Impl(Executor executor_in, Options options_in)
      : executor(std::move(executor_in)),
        options(std::move(options_in)),
        closing_pool({.name = "modules-close", .threads = 1, .max_queued = 1}),
        pseudonyms(options.pseudonym_key.empty() ? security::random_bytes(32) : options.pseudonym_key) {}

  [[nodiscard]] std::shared_ptr<Module> find(const std::string& module) const {
    return fleet ? fleet->find(module) : nullptr;
  }

  /// No coroutine itself: without a collector it costs one atomic read. Everything must outlive the task.
  Task<Answer> ask(const std::string& module, hooks::Point point, const hooks::Context& context,
                   const std::string& config_json, std::chrono::milliseconds time_limit, const std::string& work) {
    return telemetry::is_tracing() ? call_traced(module, point, context, config_json, time_limit, work)
                                   : call(module, point, context, config_json, time_limit, work);
  }
  Task<Answer> call(const std::string& module, hooks::Point point, const hooks::Context& context,
                    const std::string& config_json, std::chrono::milliseconds time_limit, const std::string& work);
  Task<Answer> call_traced(const std::string& module, hooks::Point point, const hooks::Context& context,
                           const std::string& config_json, std::chrono::milliseconds time_limit,
                           const std::string& work);

  [[nodiscard]] Fleet::Settings fleet_settings() const {
    return {options.signature_policy,
            {.restart_initial = options.restart_initial,
             .restart_maximum = options.restart_maximum,
             .start_timeout = options.start_timeout,
             .circuit = {options.circuit_failures, options.circuit_pause},
             .quarantine = {options.quarantine_failures, options.quarantine_window},
             .lines = lines,
             .place = options.place,
             .services = options.services}};
  }

  Executor executor;
  Options options;
  runtime::BlockingPool closing_pool;
  Pseudonyms pseudonyms;
  std::shared_ptr<LineBuffer> lines = std::make_shared<LineBuffer>();
  std::shared_ptr<Nursery> nursery;
  std::vector<sandbox::Layer> layers;
  std::shared_ptr<Fleet> fleet;  ///< from start() on
};

Supervisor::Supervisor(Executor executor, Options options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}

Supervisor::~Supervisor() {
  if (impl_->fleet) impl_->fleet->abandon();
  if (impl_->nursery) impl_->nursery->close();
}

Result<void> Supervisor::start(std::vector<InstalledModule> modules) {
  auto nursery = Nursery::start(impl_->executor, impl_->options.runner.string(), impl_->options.cgroup);
  if (!nursery) return nursery.error();
  impl_->nursery = std::move(*nursery);
  impl_->layers = impl_->nursery->layers();
  impl_->nursery->listen();
  for (const auto& layer : impl_->layers) {
    log::info("sandbox.layer", {{"layer", layer.name}, {"on", layer.on ? "true" : "false"}, {"detail", layer.detail}});
  }
  impl_->fleet = std::make_shared<Fleet>(impl_->executor, impl_->fleet_settings(), impl_->options.trust, impl_->nursery,
                                         missing_layer(impl_->options.required_layers, impl_->layers));
  impl_->fleet->begin(modules);
  return {};
}

Task<void> Supervisor::update(std::vector<InstalledModule> modules, bundle::TrustStore trust) {
  const auto fleet = impl_->fleet;
  if (fleet) co_await fleet->follow(std::move(modules), std::move(trust));
}

Task<void> Supervisor::stop() {
  const auto impl = impl_;
  if (impl->fleet) co_await impl->fleet->stop();
  if (impl->nursery) {
    auto close = [nursery = impl->nursery]() -> Result<void> {
      nursery->close();
      return {};
    };
    co_await impl->closing_pool.run(std::move(close));
  }
}

std::vector<ModuleLine> Supervisor::take_lines() {
  return impl_->lines->take();
}

std::vector<ModuleStatus> Supervisor::status() const {
  if (!impl_->fleet) return {};
  auto list = impl_->fleet->status();
  for (auto& status : list) status.layers = impl_->layers;
  return list;
}

std::map<std::string, std::vector<FindingType>> Supervisor::finding_types() const {
  if (!impl_->fleet) return {};
  return impl_->fleet->finding_types();
}

Result<std::optional<hooks::HookDeclaration>> Supervisor::declaration(const std::string& module,
                                                                      hooks::Point point) const {
  const auto found = impl_->find(module);
  if (!found) return Error::not_found("module " + module);
  // A refused bundle's manifest is not believed: whether it has that hook, nobody knows.
  if (found->prepared() == nullptr) return refused(*found);
  return found->declaration(point);
}

bool Supervisor::installed(const std::string& module) const {
  return impl_->find(module) != nullptr;
}

hooks::ModuleFactsPtr Supervisor::facts(const std::string& module) const {
  const auto found = impl_->find(module);
  return found ? found->facts() : nullptr;
}

std::vector<hooks::ModuleFactsPtr> Supervisor::all_facts() const {
  std::vector<hooks::ModuleFactsPtr> all;
  if (!impl_->fleet) return all;
  for (const auto& status : impl_->fleet->status()) {
    if (auto known = facts(status.name)) all.push_back(std::move(known));
  }
  return all;
}

std::string Supervisor::pseudonym_of(const std::string& module, const std::string& user_id) const {
  return impl_->pseudonyms.of({}, module, user_id);
}

ModuleOfferPtr Supervisor::offer(const std::string& module) const {
  const auto found = impl_->find(module);
  return found ? found->offer() : nullptr;
}

std::vector<ModuleOfferPtr> Supervisor::offers() const {
  return impl_->fleet ? impl_->fleet->offers() : std::vector<ModuleOfferPtr>();
}

Result<void> Supervisor::check_config(const std::string& module, const std::string& config_json) const {
  const auto found = impl_->find(module);
  if (!found) return Error::not_found("module " + module);
  if (found->prepared() == nullptr) return refused(*found);
  if (!found->prepared()->config_schema) return {};
  return found->prepared()->config_schema->validate(config_json, "config");
}

Task<Answer> Supervisor::call(const std::string& module, hooks::Point point, const hooks::Context& context,
                              const std::string& config_json, std::chrono::milliseconds time_limit) {
  static const std::string no_work;
  return impl_->ask(module, point, context, config_json, time_limit, no_work);
}

Task<Answer> Supervisor::call_about(const ModuleCall& call, const std::string& config_json) {
  return impl_->ask(call.module, call.point, call.about, config_json, call.time_limit, call.work);
}

/// Within a span of its own: what the module asks meanwhile are that span's children.
Task<Answer> Supervisor::Impl::call_traced(const std::string& module, hooks::Point point, const hooks::Context& context,
                                           const std::string& config_json, std::chrono::milliseconds time_limit,
                                           const std::string& work) {
  const Executor here = co_await boost::asio::this_coro::executor;
  const std::string what(hooks::name(point));
  auto span = telemetry::begin_span(here, "module " + what, telemetry::Span::Kind::kInternal);
  auto asking = call(module, point, context, config_json, time_limit, work);
  auto answer = co_await telemetry::within(span, std::move(asking));
  if (span.is_kept()) {
    span.say("rapt.module", module);
    span.say("rapt.point", what);
    span.say("rapt.outcome", std::string(outcome_of(answer.kind)));
    span.end(HookFigures::is_failure(answer.kind));
  }
  co_return answer;
}

Task<Answer> Supervisor::Impl::call(const std::string& module, hooks::Point point, const hooks::Context& context,
                                    const std::string& config_json, std::chrono::milliseconds time_limit,
                                    const std::string& work) {
  using Kind = Module::Admission::Kind;
  const std::string user = pseudonyms.of(context.tool.id, module, context.user.id);
  for (int look = 0; look < kLooks; ++look) {
    const auto found = find(module);
    if (!found) co_return not_running("It is not installed.");
    const auto asked_at = Instance::Clock::now();
    auto admission = found->admit(point, asked_at);
    if (admission.kind == Kind::kNotNow) co_return not_running(std::move(admission.why));
    if (admission.kind == Kind::kNoHook && hooks::is_extension_call(point))
      co_return not_running(is_provider_call(point) ? "It is no login provider." : "It has nothing of that kind.");
    // Planned with another version's declaration; by this one's, nobody would have been asked.
    if (admission.kind == Kind::kNoHook) co_return Answer{};
    if (admission.kind == Kind::kElsewhere) continue;
    const CallDetails details{.point = point,
                              .config_json = config_json,
                              .user_pseudonym = user,
                              .time_limit = std::min(time_limit, admission.time_limit),
                              .history = admission.history,
                              .work = work};
    auto answer = co_await admission.instance->call(context, details);
    if (!answer) continue;
    if (is_provider_call(point)) end_if_lying(*admission.instance, point, *answer);
    found->finished(admission, point, *answer, asked_at, work);
    co_return std::move(*answer);
  }
  co_return not_running("The module " + module + " is being stopped.");
}

}  // namespace rapt::host
