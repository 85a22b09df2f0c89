// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/trial_host.hpp"

#include <algorithm>

#include "json_fields.hpp"
#include "memory_kv.hpp"
#include "paths.hpp"
#include "rapt/base/file.hpp"
#include "rapt/host/http.hpp"
#include "rapt/host/scripted_ai.hpp"
#include "rapt/host/secrets.hpp"
#include "scratch_tables.hpp"
#include "service_names.hpp"
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

bool asks_for(const bundle::Bundle& bundle, std::string_view permission) {
  const auto& asked = bundle.manifest.permissions;
  return std::any_of(asked.begin(), asked.end(), [&](const auto& one) { return one.name == permission; });
}

/// Why there is no such service, and which option gives it.
std::string missing(Service service) {
  if (service == Service::kSql) return "It asked for its tables, and there are none without --database URL.";
  if (service == Service::kHttp) return "It asked for another server, and none is asked without --network.";
  return "It asked for " + std::string(sandbox::permission_of(service)) +
         ", which only an instance has: try it with `rapt dev`.";
}

Error of_file(const std::filesystem::path& file, Error error) {
  error.message = file.string() + ": " + error.message;
  for (const auto& field : error.fields) error.message += "\n  " + field.path + " " + field.message;
  return error;
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
  std::size_t most_requests = 0, requests = 0;
  std::vector<std::shared_ptr<ServiceCall>> calls;

  host::Capability* of(Service service) {
    if (service == Service::kKv) return &kv;
    if (service == Service::kSecrets) return secrets.get();
    if (service == Service::kJobs) return &work->jobs();
    if (service == Service::kEvents) return &work->events();
    if (service == Service::kAi) return ai.get();
    if (service == Service::kHttp) return most_requests == 0 || requests++ < most_requests ? http.get() : nullptr;
    if (service == Service::kSql && tables) return &tables->sql();
    return nullptr;
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
  if (!options.database_url.empty() && asks_for(bundle, "sql")) {
    auto tables = ScratchTables::make(options.database_url, bundle);
    if (!tables) return tables.error();
    impl->tables = std::move(*tables);
  }
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
    answer = co_await capability->call(std::move(request));
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

Result<void> TrialHost::close() {
  Result<void> done;
  if (!impl_->kv_file.empty()) done = write_file_atomically(impl_->kv_file, impl_->kv.save());
  if (impl_->tables) {
    auto dropped = impl_->tables->drop();
    if (done) done = std::move(dropped);
  }
  return done;
}

}  // namespace rapt::author
