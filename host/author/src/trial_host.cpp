// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/trial_host.hpp"

#include "asks_for.hpp"
#include "json_fields.hpp"
#include "memory_kv.hpp"
#include "paths.hpp"
#include "rapt/base/file.hpp"
#include "rapt/host/http.hpp"
#include "rapt/host/scripted_ai.hpp"
#include "rapt/host/secrets.hpp"
#include "scratch_tables.hpp"
#include "service_names.hpp"
#include "trial_people.hpp"
#include "trial_work.hpp"

namespace rapt::author {

using host::ServiceAnswer;
using host::ServiceRequest;
using sandbox::Service;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMostCalls = 1000;  // that are kept
constexpr std::size_t kSchemaBytes = std::size_t{1} << 20;
constexpr std::size_t kKvFileBytes = std::size_t{64} << 20;
constexpr std::size_t kWorldFileBytes = std::size_t{8} << 20;  // more than a world may have: it says so itself

/// Why there is no such service, and which option gives it.
std::string missing(Service service) {
  if (service == Service::kSql) return "It asked for its tables, and there are none without --database URL.";
  if (service == Service::kDirectory || service == Service::kSessions || service == Service::kGrades)
    return "It asked about people, and there are none without --database URL.";
  if (service == Service::kHttp) return "It asked for another server, and none is asked without --network.";
  return "It asked for " + std::string(sandbox::permission_of(service)) +
         ", which only an instance has: try it with `rapt dev`.";
}

Error of_file(const std::filesystem::path& file, Error error) {
  error.message = file.string() + ": " + error.message;
  for (const auto& field : error.fields) {
    if (!field.path.empty()) error.message += "\n  " + field.path + " " + field.message;
  }
  return error;
}

/// The world of --world, or the built-in one.
Result<World> world_of(const TrialOptions& options) {
  const auto now = SystemClock().now();
  if (options.world_file.empty()) return World::built_in(now);
  const auto text = read_file(options.world_file, kWorldFileBytes);
  if (!text) return text.error();
  auto world = World::read(*text, now);
  if (!world) return of_file(options.world_file, world.error());
  return world;
}

Task<Result<std::string>> known(std::string text) {
  co_return text;
}

/// What --secret has told.
host::SecretSource source_of(const TrialOptions& options) {
  return [secrets = options.secrets](std::string, std::string name,
                                     host::ServiceScope) -> Task<Result<std::optional<std::string>>> {
    const auto found = secrets.find(name);
    std::optional<std::string> secret;
    if (found != secrets.end()) secret = found->second;
    co_return secret;
  };
}

/// What `rapt run` was given as settings.
host::SettingsSource settings_of(const TrialOptions& options) {
  return [settings = options.settings_json](const std::string&, const host::ServiceScope&) { return known(settings); };
}

/// The secrets of the module's schema, and those that are set here.
std::map<std::string, bool> names_of(const bundle::Bundle& bundle, const TrialOptions& options) {
  std::map<std::string, bool> names;
  const auto schema = bundle.files.find(bundle.manifest.config_schema_path);
  nlohmann::json document;
  if (schema != bundle.files.end() && parse_document(schema->second.bytes, kSchemaBytes, document) &&
      document.is_object() && document.contains("properties")) {
    for (const auto& [name, property] : document["properties"].items()) {
      if (property.is_object() && property.value("x-rapt-secret", false)) names[name] = false;
    }
  }
  for (const auto& [name, text] : options.secrets) names[name] = true;
  return names;
}

std::unique_ptr<host::Capability> secrets_of(const bundle::Bundle& bundle, const TrialOptions& options) {
  auto names = [known = names_of(bundle, options)](
                   std::string, host::ServiceScope) -> Task<Result<std::map<std::string, bool>>> { co_return known; };
  return std::make_unique<host::SecretsCapability>(std::move(names), source_of(options));
}

}  // namespace

struct TrialHost::Impl {
  SystemClock clock;
  std::filesystem::path kv_file;
  MemoryKv kv{clock};
  std::unique_ptr<host::Capability> http, secrets;
  std::unique_ptr<TrialWork> work;
  std::unique_ptr<host::ScriptedAi> ai;
  std::unique_ptr<ScratchTables> tables;
  std::unique_ptr<TrialPeople> people;
  std::vector<WorldChange> changes;
  bool closed = false;
  std::size_t most_requests = 0, requests = 0;
  std::vector<std::shared_ptr<ServiceCall>> calls;

  host::Capability* of(Service service) {
    if (service == Service::kKv) return &kv;
    if (service == Service::kSecrets) return secrets.get();
    if (service == Service::kJobs) return &work->jobs();
    if (service == Service::kEvents) return &work->events();
    if (service == Service::kAi) return ai.get();
    if (service == Service::kHttp) return most_requests == 0 || requests++ < most_requests ? http.get() : nullptr;
    if (service == Service::kSql && tables) return tables->sql();
    return people && !closed ? people->of(service) : nullptr;
  }

  /// What the author is told of a question about people that somebody has caused who is none of them.
  [[nodiscard]] std::string complaint(const ServiceRequest& request) const {
    if (!people || people->of(request.service) == nullptr) return {};
    return people->complaint_about(request.scope.user_id);
  }

  Result<void> make_tables(const bundle::Bundle& bundle, const TrialOptions& options) {
    const bool about_people = asks_about_people(bundle.manifest);
    std::optional<World> world;
    if (about_people || !options.world_file.empty()) {
      auto read = world_of(options);
      if (!read) return read.error();
      world = std::move(*read);
    }
    if (options.database_url.empty() || !(about_people || asks_for(bundle.manifest, "sql"))) return {};
    auto made =
        ScratchTables::make(options.database_url, bundle, about_people ? options.migrations : std::filesystem::path());
    if (!made) return made.error();
    tables = std::move(*made);
    if (!about_people) return {};
    auto there = TrialPeople::make(tables->database(), std::move(*world), bundle.manifest.name);
    if (!there) return there.error();
    people = std::move(*there);
    return {};
  }
};

std::string_view name(rapt_status status) {
  switch (status) {
    case RAPT_OK:
      return "ok";
    case RAPT_E_INVALID:
      return "invalid";
    case RAPT_E_TOO_LARGE:
      return "too large";
    case RAPT_E_NOT_ALLOWED:
      return "not allowed";
    case RAPT_E_UNAVAILABLE:
      return "unavailable";
    default:
      return "failed";
  }
}

std::string_view name(WorldChange::What what) {
  switch (what) {
    case WorldChange::What::kCreated:
      return "created";
    case WorldChange::What::kUpdated:
      return "updated";
    default:
      return "removed";
  }
}

TrialHost::TrialHost(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TrialHost::~TrialHost() = default;

Result<std::unique_ptr<TrialHost>> TrialHost::open(const bundle::Bundle& bundle, const TrialOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->kv_file = options.kv_file;
  impl->most_requests = options.most_requests;
  if (!options.kv_file.empty() && is_there(options.kv_file)) {
    const auto text = read_file(options.kv_file, kKvFileBytes);
    if (!text) return text.error();
    if (auto loaded = impl->kv.load(*text); !loaded) return of_file(options.kv_file, loaded.error());
  }
  impl->secrets = secrets_of(bundle, options);
  impl->work = std::make_unique<TrialWork>(bundle.manifest);
  impl->ai = std::make_unique<host::ScriptedAi>(options.ai_answers);
  if (options.network) {
    impl->http = std::make_unique<host::HttpCapability>(
        host::HttpCapability::Options{.ca_file = options.ca_file,
                                      .private_addresses = options.private_addresses,
                                      .secrets = source_of(options),
                                      .settings = settings_of(options)});
  }
  RAPT_TRY(impl->make_tables(bundle, options));
  return std::unique_ptr<TrialHost>(new TrialHost(std::move(impl)));
}

bool TrialHost::offers(Service) const {
  return true;
}

Task<ServiceAnswer> TrialHost::serve(ServiceRequest request) {
  const auto start = Steady::now();
  const auto call = std::make_shared<ServiceCall>();
  call->name = call_name(request.service, request.method);
  if (impl_->calls.size() < kMostCalls) impl_->calls.push_back(call);
  auto* capability = impl_->of(request.service);
  ServiceAnswer answer{.status = RAPT_E_UNAVAILABLE};
  if (capability == nullptr) {
    answer.complaint = impl_->requests > impl_->most_requests && impl_->http
                           ? "It asked for another server once more; no more than " +
                                 std::to_string(impl_->most_requests) + " requests are made here."
                           : missing(request.service);
  } else {
    const auto nobody = impl_->complaint(request);
    answer = co_await capability->call(std::move(request));
    if (!nobody.empty()) answer.complaint = nobody;
  }
  call->status = answer.status;
  call->took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start);
  call->complaint = answer.complaint;
  co_return answer;
}

std::vector<ServiceCall> TrialHost::take_calls() {
  std::vector<ServiceCall> out;
  for (const auto& call : std::exchange(impl_->calls, {})) out.push_back(*call);
  return out;
}

const World* TrialHost::world() const {
  return impl_->people ? &impl_->people->world() : nullptr;
}

const std::vector<WorldChange>& TrialHost::changes() const {
  return impl_->changes;
}

Result<void> TrialHost::close() {
  Result<void> done;
  if (!impl_->kv_file.empty()) done = write_file_atomically(impl_->kv_file, impl_->kv.save());
  if (impl_->people && !std::exchange(impl_->closed, true)) {
    auto changes = impl_->people->changes();
    if (changes) impl_->changes = std::move(*changes);
    if (!changes && done) done = changes.error();
  }
  if (impl_->tables) {
    auto dropped = impl_->tables->drop();
    if (done) done = std::move(dropped);
  }
  return done;
}

}  // namespace rapt::author
