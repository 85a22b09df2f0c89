// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/serve.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <mutex>

#include "application.hpp"
#include "gateway_verdict.hpp"
#include "host_options.hpp"
#include "limits.hpp"
#include "metered_gateway.hpp"
#include "module_services.hpp"
#include "module_set.hpp"
#include "platform_looks.hpp"
#include "rapt/accounts/account_service.hpp"
#include "rapt/agent/supervision.hpp"
#include "rapt/api/version.hpp"
#include "rapt/assignments/assignment_service.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/base/log.hpp"
#include "rapt/chat/async_hooks.hpp"
#include "rapt/chat/chat_service.hpp"
#include "rapt/chat/chores.hpp"
#include "rapt/classes/class_service.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/config/telemetry_settings.hpp"
#include "rapt/gateway/openai_gateway.hpp"
#include "rapt/groups/group_service.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/host/ai.hpp"
#include "rapt/host/jobs.hpp"
#include "rapt/host/kv.hpp"
#include "rapt/host/module_schema.hpp"
#include "rapt/host/provider_lookups.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/http/client.hpp"
#include "rapt/identity/auth_service.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/jobs/worker.hpp"
#include "rapt/journal/module_journal.hpp"
#include "rapt/mail/mail.hpp"
#include "rapt/module_settings/configured_caller.hpp"
#include "rapt/module_settings/live_settings.hpp"
#include "rapt/module_settings/settings.hpp"
#include "rapt/providers/fetcher.hpp"
#include "rapt/providers/provider_service.hpp"
#include "rapt/quota/administration.hpp"
#include "rapt/quota/alerts.hpp"
#include "rapt/quota/quota_service.hpp"
#include "rapt/runs/async_hooks.hpp"
#include "rapt/runs/run_keeper.hpp"
#include "rapt/runs/run_service.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "rapt/security/host_key.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/database.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/telemetry/tracing.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/updates/registry_source.hpp"
#include "rapt/updates/updater.hpp"
#include "rapt/usage/backlog.hpp"
#include "rapt/usage/rollup.hpp"
#include "rapt/users/import_service.hpp"
#include "rapt/users/user_service.hpp"
#include "registry_desk.hpp"
#include "start_pages.hpp"

namespace rapt::api {
namespace {

constexpr std::chrono::seconds kGrace{20};
constexpr std::chrono::milliseconds kReadyPause{200};
/// Who starts without Redis for so long is ready all the same: GET /ready calls that degraded, not down.
constexpr std::chrono::seconds kRedisPatience{10};
constexpr std::chrono::minutes kRollupPause{1};
constexpr std::chrono::minutes kChoresPause{5};
constexpr std::chrono::seconds kClockPause{5};  // between looks at what modules have the clock order
constexpr std::chrono::seconds kSettling{5};    // for what was paid for while the database was away
/// Every request waits for its count, so that a Redis without an answer is soon given up.
constexpr std::chrono::milliseconds kLimitsPatience{250};
constexpr store::Statement kPing{"api.ping", "select 1"};

int complain(const Error& error) {
  std::fprintf(stderr, "rapt: %s\n", error.message.c_str());
  log::error("serve.cannot_start", {{"detail", error.log_detail}});
  return 1;
}

/// The parts of the host, in the order in which they need each other; they end in the reverse one.
class Host {
 public:
  Host(const config::Settings& settings, runtime::Runtime& loop, const bundle::TrustStore& trust,
       const security::HostKeys& keys, std::optional<http::StaticFiles> pages, agent::Supervision supervision)
      : loop_(loop),
        supervision_(std::move(supervision)),
        handed_(supervision_.has_socket()),
        address_(settings.host),
        box_(keys.secrets),
        mail_{settings.mail_url, settings.mail_from},
        public_url_(settings.public_url),
        database_({.url = settings.database_url, .connections = static_cast<unsigned>(settings.database_pool_max)}),
        redis_(settings.redis_url),
        jobs_redis_(settings.redis_url, 2),
        limits_redis_(settings.redis_url, 2, kLimitsPatience),
        limits_(limits_redis_, clock_, settings),
        openai_(client_, gateway_options(settings)),
        quota_({database_, limits_redis_, clock_, settings.ai_default_model, settings.ai_embedding_model}),
        ai_({database_, limits_redis_, clock_, settings.ai_default_model}),
        supervisor_(loop.executor(), supervisor_options(settings, loop, trust, keys.pseudonyms, capabilities_)),
        installer_(database_, settings.var_dir, trust, signature_policy(settings),
                   std::make_shared<host::ModuleSchemas>(settings.database_url, box_)),
        journal_(database_),
        module_set_({installer_, supervisor_, journal_}, trust_dir(settings), settings.host_name),
        registry_updates_(installer_, database_, clock_, client_, registry_options(settings, trust)),
        updater_({database_, clock_, box_, installer_, registry_updates_.source(), registry_updates_.sink()},
                 updater_options(settings)),
        platform_looks_(settings, database_, box_, client_, clock_),
        registry_(registry_parts(settings, trust)),
        module_settings_(database_, box_),
        live_settings_(database_, box_, supervisor_),
        configured_(supervisor_, live_settings_),
        dispatcher_(configured_),
        auth_(database_, clock_, box_, passwords_),
        accounts_({database_, clock_, box_, passwords_, settings.public_url}),
        users_(database_, clock_, accounts_),
        fetcher_({.ca_file = settings.auth_provider_ca_file, .private_addresses = settings.development_modules}),
        providers_({database_, redis_, clock_, box_, supervisor_, lookups_, fetcher_, settings.public_url}),
        tools_(database_, clock_, {&supervisor_, &live_settings_}),
        groups_(database_, clock_),
        classes_(database_, clock_),
        assignments_(database_, clock_),
        chat_({database_, tools_, dispatcher_, gateway_, quota_, clock_, redis_, settings.host_name}),
        chat_idle_(settings.chat_idle),
        runs_({database_, tools_, dispatcher_, gateway_, quota_, clock_, settings.host_name}),
        keeper_(runs_),
        worker_(database_, jobs_redis_, worker_options(settings)),
        module_worker_(database_, jobs_redis_, module_worker_options(settings)),
        verdict_(gateway_),
        application_({settings, clock_,     box_,        database_,        redis_,         auth_,        accounts_,
                      users_,   providers_, tools_,      groups_,          classes_,       assignments_, chat_,
                      runs_,    verdict_,   supervisor_, dispatcher_,      installer_,     journal_,     module_set_,
                      limits_,  ai_,        supervisor_, module_settings_, live_settings_, registry_},
                     std::move(pages), settings.public_url),
        server_(loop.executor(), server_options(settings, loop, supervision_.take_socket()), application_) {
    ai_service_ =
        add_module_services(capabilities_, {settings, database_, clock_, box_, accounts_, live_settings_, supervisor_,
                                            causation_, quota_, client_, gateway_options(settings), keys.pseudonyms});
  }

  /// What this process does: answers requests, does jobs, or both.
  struct Roles {
    bool serves = true, works = true;
  };
  Result<void> start(Roles roles) {
    roles_ = roles;
    RAPT_TRY(supervisor_.start({}));
    if (roles.serves && !handed_) RAPT_TRY(listen());
    loop_.on_signal([this] { loop_.spawn(stop()); });
    if (roles.works) {
      worker_.handle(chat::kHookJob, chat::hook_job_handler({database_, tools_, dispatcher_}));
      worker_.handle(chat::kIdleJob, chat::idle_job_handler({database_, tools_, dispatcher_, clock_}, chat_idle_));
      worker_.handle(chat::kSummaryJob, chat::summary_job_handler({database_, tools_, gateway_, quota_}));
      worker_.handle(host::kKvTidyJob, host::kv_tidy_handler(database_, clock_));
      loop_.spawn(order_chores());
      worker_.handle(quota::kAlertJob, quota::alert_handler(database_, box_, public_url_));
      worker_.handle(mail::kSendJob, mail::send_handler(database_, clock_, box_, mail_));
      worker_.handle(runs::kHookJob, runs::hook_job_handler({database_, tools_, dispatcher_}));
      worker_.handle(users::kImportJob, users::import_handler(database_, clock_, accounts_));
      loop_.spawn(worker_.run());
      const auto module_work = host::module_work_handler(work_parts());
      module_worker_.handle(jobs::kModuleJob, module_work);
      module_worker_.handle(jobs::kModuleEvent, module_work);
      loop_.spawn(module_worker_.run());
      loop_.spawn(follow_clock());
      loop_.spawn(usage::keep_rolled_up(database_, kRollupPause));
    }
    loop_.spawn(module_set_.follow());
    loop_.spawn(updater_.run());
    loop_.spawn(platform_looks_.run());
    loop_.spawn(live_settings_.follow());
    loop_.spawn(chat_.tend());
    loop_.spawn(quota_.sweep());
    loop_.spawn(quota_.backlog().run());
    loop_.spawn(keeper_.run());
    loop_.spawn(become_ready());
    return {};
  }
  /// Whether it ended because it could not go on.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  Result<void> listen() {
    const std::lock_guard lock(ending_);
    if (stopping_) return {};
    RAPT_TRY(server_.start());
    log::info("serve.listening", {{"address", address_}, {"port", std::to_string(server_.port())}});
    return {};
  }

  /// What GET /ready looks at: modules have been started or given up, too.
  Task<bool> is_ready(bool without_redis) {
    const auto database = co_await database_.query(kPing);
    std::vector<std::string> ping{"PING"};
    const auto redis = co_await redis_.command(std::move(ping));
    if (!database || (!redis && !without_redis) || !module_set_.is_known()) co_return false;
    const auto modules = supervisor_.status();
    co_return std::none_of(modules.begin(), modules.end(),
                           [](const auto& module) { return module.state == host::ModuleState::kStarting; });
  }

  /// At a socket that was handed on, nobody is accepted before: until then others serve there.
  Task<void> become_ready() {
    const auto since = std::chrono::steady_clock::now();
    for (bool ready = false; !ready && !stopping_;) {
      ready = co_await is_ready(std::chrono::steady_clock::now() - since > kRedisPatience);
      if (!ready) co_await runtime::sleep_for(kReadyPause);
    }
    auto listening = roles_.serves && handed_ ? listen() : Result<void>();
    if (!listening) {
      failed_ = true;
      complain(listening.error());
      loop_.stop();
    } else if (!stopping_) {
      give_back_start_pages();
      log::info("serve.ready");
      supervision_.tell("READY=1");
    }
  }

  updates::RegistryUpdates::Options registry_options(const config::Settings& settings,
                                                     const bundle::TrustStore& trust) {
    return {.url = settings.marketplace_url,
            .var_dir = settings.var_dir,
            .trust = trust,
            .policy = signature_policy(settings),
            .host = settings.host_name,
            .changed = [this] { module_set_.look_again(); }};
  }

  RegistryDesk::Parts registry_parts(const config::Settings& settings, const bundle::TrustStore& trust) {
    return {.installer = installer_,
            .database = database_,
            .clock = clock_,
            .var_dir = settings.var_dir,
            .trust = trust,
            .policy = signature_policy(settings),
            .host = settings.host_name,
            .url = settings.marketplace_url,
            .changed = [this] { module_set_.look_again(); },
            .spawn = [this](Task<void> task) { loop_.spawn(std::move(task)); }};
  }

  host::WorkParts work_parts() {
    return {
        database_,
        clock_,
        causation_,
        [this](const std::string& module) { return supervisor_.offer(module); },
        [this](host::ModuleCall call) { return supervisor_.ask(std::move(call)); },
        [this](const std::string& module, const std::string& user) { return supervisor_.pseudonym_of(module, user); },
        [this](std::string module, std::string group) {
          return live_settings_.resolve(std::move(module), std::move(group));
        }};
  }

  /// Orders what modules have the clock order. The loop's end is its end.
  Task<void> follow_clock() {
    bool failing = false;
    for (;;) {
      const auto ordered = co_await jobs::order_due(database_, clock_.now());
      if (!ordered && !failing) log::warn("modules.clock_not_followed", {{"detail", ordered.error().log_detail}});
      failing = !ordered;
      co_await runtime::sleep_for(kClockPause);
    }
  }

  /// The loop's end is its end.
  Task<void> order_chores() {
    for (;;) {
      const auto ordered = co_await chat::order_idle_job(database_, clock_.now());
      if (!ordered) log::warn("chat.idle_not_ordered", {{"detail", ordered.error().log_detail}});
      const auto tidying = co_await host::order_kv_tidy_job(database_, clock_.now());
      if (!tidying) log::warn("modules.kv_tidy_not_ordered", {{"detail", tidying.error().log_detail}});
      const auto stale = co_await jobs::give_up_stale(database_, clock_.now());
      if (!stale) log::warn("modules.stale_not_given_up", {{"detail", stale.error().log_detail}});
      co_await runtime::sleep_for(kChoresPause);
    }
  }

  Task<void> stop_module_work() {
    co_await module_worker_.stop();
    module_work_ended_.notify();
  }

  Task<void> stop() {
    log::info("serve.stopping");
    supervision_.tell("STOPPING=1");
    {
      const std::lock_guard lock(ending_);
      stopping_ = true;
    }
    if (roles_.serves) co_await server_.stop(kGrace);
    co_await chat_.finish(kGrace);
    // Jobs ask modules, so they end first.
    co_await worker_.stop();
    if (roles_.works) loop_.spawn(stop_module_work());  // what a module is doing may take a minute; its end ends that
    co_await ai_service_->finish(kGrace);
    co_await keeper_.stop(kGrace);
    co_await quota_.backlog().stop(kSettling);
    co_await live_settings_.stop();
    co_await updater_.stop();
    co_await platform_looks_.stop();
    co_await module_set_.stop();
    if (roles_.works) co_await module_work_ended_.wait();
    loop_.stop();
  }

  runtime::Runtime& loop_;
  agent::Supervision supervision_;
  const bool handed_;  ///< others may be serving at the same socket
  std::mutex ending_;  ///< nobody is accepted any more once the stop has begun
  std::atomic<bool> stopping_{false}, failed_{false};
  const std::string address_;
  Roles roles_;
  SystemClock clock_;
  security::SecretBox box_;
  const mail::Transport mail_;
  const std::string public_url_;
  store::Database database_;
  store::Redis redis_;
  store::Redis jobs_redis_;  ///< the worker's readers block
  store::Redis limits_redis_;
  Limits limits_;
  http::Client client_;
  gateway::OpenAiGateway openai_;
  MeteredGateway gateway_{openai_};
  quota::QuotaService quota_;
  quota::Administration ai_;
  host::Causation causation_;
  host::Capabilities capabilities_;
  host::AiCapability* ai_service_ = nullptr;  ///< capabilities_ has it
  host::Supervisor supervisor_;
  install::Installer installer_;
  journal::ModuleJournal journal_;
  ModuleSet module_set_;
  updates::RegistryUpdates registry_updates_;
  updates::Updater updater_;
  PlatformLooks platform_looks_;
  RegistryDesk registry_;
  module_settings::Administration module_settings_;
  module_settings::LiveSettings live_settings_;
  module_settings::ConfiguredCaller configured_;
  hooks::Dispatcher dispatcher_;
  identity::PasswordHasher passwords_;
  identity::AuthService auth_;
  accounts::AccountService accounts_;
  users::UserService users_;
  host::ProviderLookups lookups_{supervisor_};
  providers::NetworkFetcher fetcher_;
  providers::ProviderService providers_;
  tools::ToolService tools_;
  groups::GroupService groups_;
  classes::ClassService classes_;
  assignments::AssignmentService assignments_;
  chat::ChatService chat_;
  const std::chrono::hours chat_idle_;
  runs::RunService runs_;
  runs::RunKeeper keeper_;
  jobs::Worker worker_;
  jobs::Worker module_worker_;
  runtime::Wakeup module_work_ended_;
  GatewayVerdict verdict_;
  Application application_;
  http::Server server_;
};

Result<std::optional<http::StaticFiles>> load_pages(const config::Settings& settings) {
  if (settings.web_root.empty()) return std::optional<http::StaticFiles>{};
  std::string fault;
  auto pages = http::StaticFiles::load(settings.web_root, {}, fault);
  if (!pages) return Error::invalid("RAPT_WEB_ROOT", "The pages cannot be served: " + fault);
  return pages;
}

int run_host(const config::Settings& settings, Host::Roles roles) {
  log::set_level(level_of(settings.log_level));
  for (const auto& unknown : config::unknown_variables(config::process_variable_names())) {
    log::warn("config.unknown_variable", {{"detail", unknown}});
  }
  const auto telemetry = config::load_telemetry(config::process_environment());
  if (!telemetry) return complain(telemetry.error());
  auto supervision = agent::Supervision::take();
  if (!supervision) return complain(supervision.error());
  // Whoever reads our log may be gone before us: what has begun is ended all the same.
  std::signal(SIGPIPE, SIG_IGN);
  auto trust = bundle::TrustStore::load(trust_dir(settings));
  if (!trust) return complain(trust.error());
  auto keys = security::host_keys(settings.var_dir / "keys");
  if (!keys) return complain(keys.error());
  auto pages = roles.serves ? load_pages(settings) : Result<std::optional<http::StaticFiles>>(std::nullopt);
  if (!pages) return complain(pages.error());
  std::optional<telemetry::Tracing> tracing;
  if (!telemetry->otlp_endpoint.empty())
    tracing.emplace(telemetry::Tracing::Options{.endpoint = telemetry->otlp_endpoint,
                                                .service_name = telemetry->service_name,
                                                .service_version = version(),
                                                .ratio = telemetry->trace_ratio});
  runtime::Runtime loop(settings.threads);
  Host host(settings, loop, *trust, *keys, std::move(*pages), std::move(*supervision));
  if (auto started = host.start(roles); !started) return complain(started.error());
  if (!roles.serves) log::info("worker.started", {{"host", settings.host_name}});
  loop.run();
  log::info("serve.stopped");
  return host.failed() ? 1 : 0;
}

}  // namespace

int serve(const config::Settings& settings) {
  return run_host(settings, {.serves = true, .works = settings.worker});
}

int work(const config::Settings& settings) {
  auto named = settings;
  named.host_name += "-worker";
  return run_host(named, {.serves = false, .works = true});
}

}  // namespace rapt::api
