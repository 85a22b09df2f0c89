// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/workbench.hpp"

#include <stdlib.h>

#include <algorithm>
#include <exception>
#include <fstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "asks_for.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/hooks/delta_filter.hpp"
#include "recording_caller.hpp"
#include "temporary_folder.hpp"
#include "trial_people.hpp"
#include "world_place.hpp"

namespace rapt::author {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

namespace {

constexpr auto kStartTimeout = 5s;    // rapt/abi.h promises it
constexpr auto kStartPatience = 75s;  // the supervisor waits so long where the machine does not let it run
constexpr auto kTurn = 20ms;

/// What an author's tool asks of the supervisor: never to stop asking, and never to wait long before it starts again.
host::Supervisor::Options options_of(const Workbench::Settings& settings) {
  host::Supervisor::Options options;
  options.runner = settings.runner;
  options.signature_policy = bundle::SignaturePolicy::kDevelopmentMayLack;
  options.restart_initial = 10ms;
  options.restart_maximum = 100ms;
  options.start_timeout = kStartTimeout;
  options.circuit_failures = 1'000'000;
  options.quarantine_failures = 32;
  options.services = settings.services;
  options.pseudonym_key = kTrialPseudonymKey;
  return options;
}

std::chrono::microseconds since(Steady::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start);
}

/// What the supervisor calls the process that answers there, where it is a further one.
std::string_view room_of(hooks::Point point) {
  switch (point) {
    case hooks::Point::kRoute:
    case hooks::Point::kPanel:
    case hooks::Point::kExport:
      return "pages";
    case hooks::Point::kJob:
    case hooks::Point::kEvent:
      return "work";
    default:
      return "";
  }
}

}  // namespace

struct Workbench::Impl {
  explicit Impl(const Settings& settings)
      : supervisor(loop.get_executor(), options_of(settings)),
        world(settings.world),
        asks(settings.services != nullptr) {}

  /// Runs a task to its end.
  void run(Task<void> task) {
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(loop, std::move(task), [&](std::exception_ptr thrown) {
      failure = thrown;
      done = true;
    });
    while (!done) loop.run_one();
    if (failure) std::rethrow_exception(failure);
  }
  /// As a host would hand it over; only with a world, because a context may be large.
  [[nodiscard]] hooks::Context in_world(hooks::Point point, const hooks::Context& context) const {
    auto out = placed(context, *world);
    const bool has_caller =
        point == hooks::Point::kRoute || point == hooks::Point::kPanel || point == hooks::Point::kExport;
    const ToldOf told{[this](const std::string& user) { return supervisor.pseudonym_of(module, user); }, shows_ids};
    if (has_caller && out.input_json) out.input_json = placed_input(*out.input_json, *world, told);
    return out;
  }
  [[nodiscard]] host::ModuleStatus status() const { return supervisor.status().front(); }
  /// The module, or one of its further processes (for its pages, for its work).
  [[nodiscard]] bool is_starting() const {
    const auto now = status();
    return now.state == host::ModuleState::kStarting ||
           (now.state == host::ModuleState::kRunning &&
            std::any_of(now.companions.begin(), now.companions.end(),
                        [](const auto& one) { return one.state == host::ModuleState::kStarting; }));
  }
  /// Of the process that was asked last.
  [[nodiscard]] host::RoomStatus asked_room() const {
    const auto now = status();
    for (const auto& one : now.companions) {
      if (one.name == room_of(asked)) return one;
    }
    host::RoomStatus first;
    first.last_failure = now.last_failure;
    first.pid = now.pid;
    return first;
  }

  TemporaryFolder folder;
  asio::io_context loop{1};
  // A late question, let go of by another thread, must not stop the loop in the middle of the next run().
  const asio::executor_work_guard<asio::io_context::executor_type> work{loop.get_executor()};
  host::Supervisor supervisor;
  const World* world = nullptr;
  std::string module;
  bool shows_ids = false;
  std::chrono::microseconds start_took{0};
  hooks::Point asked{};
  bool asks = false;
  bool closed = false;
};

Workbench::Workbench() = default;

// Who did not close() it does not care how the process ends: the supervisor ends it. A question to the host must not
// outlive the loop that it is asked on.
Workbench::~Workbench() {
  if (impl_->asks) close();
}

Result<std::unique_ptr<Workbench>> Workbench::open(const Subject& subject, const Settings& settings) {
  std::unique_ptr<Workbench> bench(new Workbench);
  bench->impl_ = std::make_unique<Impl>(settings);
  auto& impl = *bench->impl_;
  const auto& manifest = subject.bundle.manifest;
  impl.module = manifest.name;
  impl.shows_ids = asks_for(manifest, "directory");
  const auto path = impl.folder.path() / (manifest.name + ".rapt");
  RAPT_TRY(write_file_atomically(path, subject.archive));
  const auto start = Steady::now();
  RAPT_TRY(impl.supervisor.start(
      {{manifest.name, manifest.version, path, security::hex(security::sha256(subject.archive))}}));
  while (impl.is_starting() && Steady::now() - start < kStartPatience) {
    impl.loop.run_one_for(kTurn);
  }
  impl.start_took = since(start);
  const auto status = impl.status();
  for (const auto& one : status.companions) {
    if (status.state == host::ModuleState::kRunning && one.state != host::ModuleState::kRunning)
      return Error::unavailable(manifest.name, "The process for its " + one.name + " does not start: " +
                                                   (one.last_failure.empty() ? one.reason : one.last_failure + "."));
  }
  if (status.state == host::ModuleState::kRunning) return bench;
  if (status.state == host::ModuleState::kRefused) return Error::forbidden(status.reason);
  if (status.last_failure.empty()) return Error::unavailable(manifest.name, status.reason);
  return Error::unavailable(manifest.name,
                            "The module " + manifest.name + " does not start: " + status.last_failure + ".");
}

Result<void> Workbench::check_config(const std::string& config_json) const {
  return impl_->supervisor.check_config(impl_->module, config_json);
}

std::optional<hooks::HookDeclaration> Workbench::declaration(hooks::Point point) const {
  const auto found = impl_->supervisor.declaration(impl_->module, point);
  return found ? *found : std::nullopt;
}

Asked Workbench::ask(hooks::Point point, const hooks::Context& context, const std::string& config_json,
                     std::optional<std::chrono::milliseconds> limit) {
  RecordingCaller caller(impl_->supervisor, limit);
  impl_->asked = point;
  const auto there = impl_->world == nullptr ? hooks::Context() : impl_->in_world(point, context);
  const auto& about = impl_->world == nullptr ? context : there;
  const auto declared = declaration(point);
  const auto time_limit = declared ? declared->time_limit : std::chrono::milliseconds(0);
  const auto asked = [&]() -> Task<void> {
    co_await caller.call(impl_->module, point, about, config_json, time_limit);
  };
  impl_->run(asked());
  auto record = std::move(caller.calls().front());
  if (record.answer.kind == hooks::Answer::Kind::kDefer && !(declared && declared->asynchronous))
    record.answer = {.kind = hooks::Answer::Kind::kLying,
                     .text = "It asked to be called later, but the manifest does not declare the hook \"async\"."};
  return record;
}

Passed Workbench::pass(const std::vector<std::string>& pieces, const hooks::Context& context,
                       const std::string& config_json, std::optional<std::chrono::milliseconds> limit) {
  RecordingCaller caller(impl_->supervisor, limit);
  const std::vector<hooks::Attachment> attached{{.module = impl_->module, .config_json = config_json}};
  const auto seq = context.current ? context.current->seq : 1;
  Passed out;
  auto lent = impl_->world == nullptr ? context : impl_->in_world(hooks::Point::kChatOnDelta, context);
  hooks::DeltaFilter filter(caller, lent, seq, attached);
  const auto feed = [&]() -> Task<void> {
    for (const auto& piece : pieces) {
      const bool goes_on = co_await filter.push(piece, out.text);
      if (!goes_on) co_return;
    }
    co_await filter.finish("", out.text);
  };
  impl_->run(feed());
  const auto& outcome = filter.outcome();
  out.windows = std::move(caller.calls());
  if (outcome.kind == hooks::Outcome::Kind::kBlocked) out.block_reason = outcome.reason;
  const bool failed = outcome.kind == hooks::Outcome::Kind::kUnavailable || !outcome.skipped.empty();
  for (const auto& window : out.windows) {
    if (out.fault.empty()) out.fault = failure_of(window.answer);
  }
  if (failed && out.fault.empty()) out.fault = "It held back or wrote more of the answer than it may.";
  return out;
}

std::vector<host::ModuleLine> Workbench::take_lines() {
  // Lines are taken over by the loop, after the answer.
  impl_->loop.poll();
  return impl_->supervisor.take_lines();
}

std::optional<std::size_t> Workbench::memory_kib() const {
  const int pid = impl_->asked_room().pid;
  if (pid == 0) return std::nullopt;
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("RssAnon:")) return std::stoul(line.substr(line.find_first_of("0123456789")));
  }
  return std::nullopt;
}

std::uint64_t Workbench::findings_refused() const {
  std::uint64_t refused = 0;
  for (const auto& hook : impl_->status().hooks) refused += hook.findings_refused;
  return refused;
}

std::vector<host::MetricStatus> Workbench::figures() const {
  return impl_->status().metrics;
}

std::string Workbench::last_end() const {
  return impl_->asked_room().last_failure;
}

std::chrono::microseconds Workbench::start_took() const {
  return impl_->start_took;
}

std::chrono::microseconds Workbench::close() {
  if (impl_->closed) return std::chrono::microseconds(0);
  impl_->closed = true;
  const auto start = Steady::now();
  impl_->run(impl_->supervisor.stop());
  return since(start);
}

std::string_view name(hooks::Answer::Kind kind) {
  using Kind = hooks::Answer::Kind;
  switch (kind) {
    case Kind::kContinue:
      return "continue";
    case Kind::kReplace:
      return "replace";
    case Kind::kBlock:
      return "block";
    case Kind::kDefer:
      return "defer";
    case Kind::kError:
      return "error";
    case Kind::kDead:
      return "dead";
    case Kind::kLate:
      return "late";
    case Kind::kLying:
      return "lying";
    case Kind::kNotRunning:
      break;
  }
  return "not_running";
}

std::string failure_of(const hooks::Answer& answer) {
  using Kind = hooks::Answer::Kind;
  switch (answer.kind) {
    case Kind::kContinue:
    case Kind::kReplace:
    case Kind::kBlock:
    case Kind::kDefer:
      return {};
    default:
      break;
  }
  if (!answer.text.empty()) return printable(answer.text, 500);
  return "It answered \"" + std::string(name(answer.kind)) + "\" and gave no reason.";
}

}  // namespace rapt::author
