// SPDX-License-Identifier: AGPL-3.0-or-later
// What a module is and what is asked of it; how it lives stands in module_life.cpp.
#include "module.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "answer_shape.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"

namespace rapt::host {

namespace asio = boost::asio;
using hooks::Answer;

namespace {

/// A bundle is installed only when all that it asks for was granted.
std::vector<std::string> grants_of(const bundle::Manifest& manifest) {
  std::vector<std::string> grants;
  for (const auto& permission : manifest.permissions) {
    for (auto& grant : bundle::grants_of(permission)) grants.push_back(std::move(grant));
  }
  return grants;
}

hooks::ModuleFactsPtr facts_of(const PreparedModule& prepared) {
  const auto& manifest = prepared.manifest;
  return std::make_shared<const hooks::ModuleFacts>(hooks::ModuleFacts{
      manifest.name, manifest.version, manifest.title, manifest.description, prepared.config_schema_json});
}

hooks::ModuleFactsPtr facts_of(const InstalledModule& installed, const std::string& refusal) {
  return std::make_shared<const hooks::ModuleFacts>(hooks::ModuleFacts{
      .name = installed.name, .version = installed.version, .title = {}, .description = {}, .problem = refusal});
}

ModuleOfferPtr offer_of(const bundle::Manifest& manifest) {
  if (manifest.routes.empty() && manifest.jobs.empty() && manifest.events.subscribe.empty() &&
      manifest.events.publish.empty() && manifest.panels.empty() && manifest.exports.empty())
    return nullptr;
  return std::make_shared<const ModuleOffer>(ModuleOffer{manifest.name, manifest.version, manifest.title,
                                                         grants_of(manifest), manifest.routes, manifest.jobs,
                                                         manifest.events, manifest.panels, manifest.exports});
}

Room first_room(const PreparedModule& prepared) {
  Room first = prepared.hooks.empty() ? Room::kLessons : Room::kWork;
  for (const auto& declared : prepared.hooks) first = std::min(first, room_of(declared.point));
  return first;
}

bool has_room(const PreparedModule& prepared, Room room) {
  return std::any_of(prepared.hooks.begin(), prepared.hooks.end(),
                     [&](const auto& declared) { return room_of(declared.point) == room; });
}

std::shared_ptr<ServiceDesk> desk_of(const InstalledModule& installed, const PreparedModule& prepared,
                                     ServiceHost* services) {
  return std::make_shared<ServiceDesk>(services, installed.name, installed.version, grants_of(prepared.manifest));
}

}  // namespace

Room room_of(hooks::Point point) {
  switch (point) {
    case hooks::Point::kRoute:
    case hooks::Point::kPanel:
    case hooks::Point::kExport:
      return Room::kPages;
    case hooks::Point::kJob:
    case hooks::Point::kEvent:
      return Room::kWork;
    default:
      return Room::kLessons;
  }
}

std::string_view name(Room room) {
  return room == Room::kLessons ? "lessons" : room == Room::kPages ? "pages" : "work";
}

Module::Module(Executor executor, const InstalledModule& installed, std::shared_ptr<const PreparedModule> prepared,
               const Settings& settings)
    : Module(executor, installed, prepared, settings, first_room(*prepared),
             desk_of(installed, *prepared, settings.services)) {
  for (const Room room : {Room::kPages, Room::kWork}) {
    if (room == room_ || !has_room(*prepared_, room)) continue;
    companions_.push_back(std::shared_ptr<Module>(new Module(executor, installed, prepared_, settings, room, desk_)));
  }
}

Module::Module(Executor executor, const InstalledModule& installed, std::shared_ptr<const PreparedModule> prepared,
               const Settings& settings, Room room, std::shared_ptr<ServiceDesk> desk)
    : strand_(asio::make_strand(executor)),
      installed_(installed),
      prepared_(std::move(prepared)),
      facts_(facts_of(*prepared_)),
      offer_(offer_of(prepared_->manifest)),
      settings_(settings),
      room_(room),
      backoff_(settings.restart_initial, settings.restart_maximum, std::random_device{}()),
      circuit_(installed.name, settings.circuit, std::random_device{}()),
      desk_(std::move(desk)),
      state_(ModuleState::kStarting),
      reason_("The module " + installed.name + " is being started."),
      health_(installed, settings.quarantine, room == first_room(*prepared_) ? "" : std::string(name(room))) {
  for (const auto& declared : prepared_->hooks) {
    if (room_of(declared.point) == room_)
      hooks_.at(static_cast<std::size_t>(declared.point)) = std::make_unique<Hook>(declared);
  }
  const auto& kept = health_.health();
  last_failure_ = kept.last_failure;
  if (!kept.failures.empty()) last_failure_at_ = kept.failures.back();
  adjust(installed);
}

Module::Module(Executor executor, const InstalledModule& installed, const std::string& refusal)
    : strand_(asio::make_strand(executor)),
      installed_(installed),
      facts_(facts_of(installed, refusal)),
      backoff_(settings_.restart_initial, settings_.restart_maximum, 0),
      circuit_(installed.name, {}, 0),
      state_(ModuleState::kRefused),
      reason_("The module " + installed.name + " was refused: " + refusal),
      health_(installed, {}) {
  log::error("module.refused", {{"module", installed_.name}, {"version", installed_.version}, {"reason", refusal}});
}

Module::Hook* Module::hook(hooks::Point point) const {
  const auto index = static_cast<std::size_t>(point);
  return index < hooks_.size() ? hooks_[index].get() : nullptr;
}

Module& Module::in_room(hooks::Point point) {
  for (const auto& companion : companions_) {
    if (companion->room_ == room_of(point)) return *companion;
  }
  return *this;
}

void Module::adjust(const InstalledModule& wanted) {
  for (const auto& companion : companions_) companion->adjust(wanted);
  for (const auto& hook : hooks_) {
    if (!hook) continue;
    const auto narrowed = wanted.time_limits.find(hook->declared.point);
    auto limit = hook->declared.time_limit;
    if (narrowed != wanted.time_limits.end())
      limit = std::clamp(narrowed->second, std::chrono::milliseconds(1), std::max(limit, std::chrono::milliseconds(1)));
    hook->limit_ms.store(limit.count(), std::memory_order_relaxed);
  }
  if (!wanted.health.released_at) return;
  {
    const std::lock_guard lock(mutex_);
    if (!health_.release(*wanted.health.released_at)) return;
  }
  log::info("module.released", {{"module", installed_.name}});
  stir_.notify();
}

std::optional<hooks::HookDeclaration> Module::declaration(hooks::Point point) const {
  const auto* found = in_room(point).hook(point);
  if (found == nullptr) return std::nullopt;
  auto declared = found->declared;
  declared.time_limit = std::chrono::milliseconds(found->limit_ms.load(std::memory_order_relaxed));
  return declared;
}

Module::Admission Module::admit(hooks::Point point, Instance::Clock::time_point now) {
  using Kind = Admission::Kind;
  if (Module& other = in_room(point); &other != this) return other.admit(point, now);
  Admission admission{.kind = Kind::kAsk};
  {
    const std::shared_lock lock(mutex_);
    if (stop_) return {.kind = Kind::kElsewhere};
    if (state_ != ModuleState::kRunning || !instance_) return {.kind = Kind::kNotNow, .why = reason_};
    admission.instance = instance_;
  }
  const auto* found = hook(point);
  if (found == nullptr) return {.kind = Kind::kNoHook};
  admission.time_limit = std::chrono::milliseconds(found->limit_ms.load(std::memory_order_relaxed));
  admission.history = found->declared.history;
  auto pass = circuit_.admit(now, admission.why);
  if (!pass) return {.kind = Kind::kNotNow, .why = std::move(admission.why)};
  admission.pass = std::move(*pass);
  return admission;
}

/// The figures count each; a line tells of them once a second, or a module could fill its log without writing one.
void Module::refuse_findings(Hook& of, Answer& answer, Instance::Clock::time_point now) {
  const auto found = answer.extractions.size();
  const auto why = prepared_->finding_types.refuse(answer.extractions);
  if (why.empty()) return;
  of.figures.refused_findings(found - answer.extractions.size());
  auto told = refusals_told_.load(std::memory_order_relaxed);
  const auto at = now.time_since_epoch().count();
  const bool lately = told != 0 && now.time_since_epoch() - Instance::Clock::duration(told) < std::chrono::seconds(1);
  if (lately || !refusals_told_.compare_exchange_strong(told, at, std::memory_order_relaxed)) return;
  tell_refusal("module.findings_refused", "At " + std::string(hooks::name(of.declared.point)) + " " + why);
}

/// What is of another shape than agreed is shown to nobody, and is a failure as every other.
void Module::refuse_shape(hooks::Point point, Answer& answer, Instance::Clock::time_point now) {
  constexpr unsigned kMostTold = 20;  // a minute
  if (answer.kind != Answer::Kind::kReplace) return;
  const auto fault = shape_fault(point, answer.text);
  if (fault.empty()) return;
  const auto line = "Its answer at " + std::string(hooks::name(point)) + " was refused: " + printable(fault) + ".";
  answer = Answer{.kind = Answer::Kind::kLying, .text = line};
  {
    const std::lock_guard lock(mutex_);
    if (now - shapes_since_ >= std::chrono::minutes(1)) shapes_since_ = now, shapes_told_ = 0;
    if (shapes_told_++ >= kMostTold) return;
  }
  tell_refusal("module.malformed_answer", line);
}

void Module::tell_refusal(std::string_view event, const std::string& line) {
  log::warn(event, {{"module", installed_.name}, {"reason", line}});
  if (settings_.lines) settings_.lines->add({installed_.name, "warn", line, SystemClock().now()});
}

void Module::finished(Admission& admission, hooks::Point point, Answer& answer, Instance::Clock::time_point asked_at,
                      const std::string& work) {
  if (answer.kind == Answer::Kind::kNotRunning) return;
  if (Module& other = in_room(point); &other != this) return other.finished(admission, point, answer, asked_at, work);
  const auto now = Instance::Clock::now();
  refuse_findings(*hook(point), answer, now);
  refuse_shape(point, answer, now);
  count(admission.pass, *hook(point), answer, now - asked_at, work);
}

/// A job that is done again after a failure, and fails as before, has failed once.
void Module::count(CircuitBreaker::Pass& pass, Hook& of, const Answer& answer, HookFigures::Wait waited,
                   const std::string& work) {
  const auto point = of.declared.point;
  if (!HookFigures::is_failure(answer.kind)) {
    pass.succeeded();
    failed_work_.forget(work);
    ended_over_.forget(work);
  } else if (!failed_work_.count(work)) {
    return pass.failed_again(point, answer.text, CircuitBreaker::Clock::now());
  } else {
    pass.failed(point, answer.text, CircuitBreaker::Clock::now());
  }
  of.figures.record(answer.kind, waited);
}

RoomStatus Module::condition() const {
  RoomStatus out;
  out.name = name(room_);
  out.circuit = circuit_.state();
  out.circuit_reason = circuit_.reason(CircuitBreaker::Clock::now());
  const std::shared_lock lock(mutex_);
  out.state = state_;
  out.reason = reason_;
  out.last_failure = last_failure_;
  out.health = health_.health();
  out.restarts = out.health.restarts;
  if (instance_) out.pid = instance_->pid();
  return out;
}

std::string Module::reason() const {
  const std::shared_lock lock(mutex_);
  return reason_;
}

ModuleStatus Module::status() const {
  ModuleStatus status;
  status.name = installed_.name;
  status.version = installed_.version;
  status.room = name(room_);
  if (prepared_) {
    status.publisher = prepared_->manifest.publisher;
    status.is_signed = prepared_->is_signed;
    status.permissions = grants_of(prepared_->manifest);
    desk_->describe(status);
    status.findings = prepared_->finding_types.list();
    // In the order of the manifest.
    for (const auto& declared : prepared_->hooks) {
      auto figures = in_room(declared.point).hook(declared.point)->figures.snapshot();
      status.hooks.push_back({declared, declaration(declared.point)->time_limit, figures.calls, figures.failures,
                              figures.answered, figures.p50, figures.p99, figures.max, figures.findings_refused,
                              std::move(figures.within), figures.total});
    }
  }
  for (const auto& companion : companions_) {
    status.companions.push_back(companion->condition());
    const auto& one = status.companions.back();
    if (one.health != ProcessHealth{}) status.health.rooms[one.name] = one.health;
  }
  status.circuit = circuit_.state();
  status.circuit_reason = circuit_.reason(CircuitBreaker::Clock::now());
  const std::shared_lock lock(mutex_);
  status.state = state_;
  status.reason = reason_;
  static_cast<ProcessHealth&>(status.health) = health_.health();
  status.health.digest_hex = installed_.digest_hex;
  status.health.released_at = health_.released_at();
  status.restarts = status.health.restarts;
  status.last_failure = last_failure_;
  status.last_failure_at = last_failure_at_;
  if (instance_) status.pid = instance_->pid();
  return status;
}

}  // namespace rapt::host
