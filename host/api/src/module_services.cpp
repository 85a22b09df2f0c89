// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_services.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "metered_gateway.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/host/ai.hpp"
#include "rapt/host/directory.hpp"
#include "rapt/host/grades.hpp"
#include "rapt/host/http.hpp"
#include "rapt/host/jobs.hpp"
#include "rapt/host/kv.hpp"
#include "rapt/host/pseudonym.hpp"
#include "rapt/host/secrets.hpp"
#include "rapt/host/sessions.hpp"
#include "rapt/host/sql.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/module_settings/live_settings.hpp"
#include "rapt/quota/quota_service.hpp"

namespace rapt::api {
namespace {

using sandbox::Service;

/// As the supervisor makes them for hooks.
host::PseudonymOf pseudonym_maker(const std::string& key) {
  auto made = std::make_shared<host::Pseudonyms>(key);
  return [made](const std::string& tool, const std::string& module, const std::string& user) {
    return made->of(tool, module, user);
  };
}

/// What modules keep, and what they learn of people.
void add_data(host::Capabilities& capabilities, const ModuleServiceParts& parts) {
  const auto pseudonyms = pseudonym_maker(parts.pseudonym_key);
  auto& database = parts.database;
  capabilities.add(Service::kKv, std::make_unique<host::KvCapability>(database, parts.clock));
  capabilities.add(Service::kSql,
                   std::make_unique<host::SqlCapability>(database, parts.box, parts.settings.database_url));
  capabilities.add(Service::kDirectory,
                   std::make_unique<host::DirectoryCapability>(database, parts.clock, parts.accounts));
  capabilities.add(Service::kSessions, std::make_unique<host::SessionsCapability>(database, pseudonyms));
  capabilities.add(Service::kGrades, std::make_unique<host::GradesCapability>(database, parts.clock, pseudonyms));
}

/// What goes out, and the secrets that go with it.
void add_outward(host::Capabilities& capabilities, const ModuleServiceParts& parts) {
  auto& live = parts.live_settings;
  const host::SecretSource secrets = [&live](std::string module, std::string name, host::ServiceScope about) {
    return live.secret(std::move(module), std::move(name), std::move(about.group_id));
  };
  const host::SecretNames names = [&live](std::string module, host::ServiceScope about) {
    return live.secrets(std::move(module), std::move(about.group_id));
  };
  host::HttpCapability::Options reach{.ca_file = parts.settings.auth_provider_ca_file,
                                      .private_addresses = parts.settings.development_modules};
  reach.secrets = secrets;
  reach.settings = [&live](std::string module, host::ServiceScope about) {
    return live.resolve(std::move(module), std::move(about.group_id));
  };
  capabilities.add(Service::kHttp, std::make_unique<host::HttpCapability>(std::move(reach)));
  capabilities.add(Service::kSecrets, std::make_unique<host::SecretsCapability>(names, secrets));
}

void add_work(host::Capabilities& capabilities, const ModuleServiceParts& parts) {
  const host::OfferSource offers = [&supervisor = parts.supervisor](const std::string& module) {
    return supervisor.offer(module);
  };
  const auto orders = host::work_orders(parts.database);
  capabilities.add(Service::kJobs, std::make_unique<host::JobsCapability>(orders, offers, parts.causation));
  capabilities.add(Service::kEvents, std::make_unique<host::EventsCapability>(orders, offers, parts.causation));
}

/// Counted and traced as everybody's questions.
class CountedGateway final : public gateway::Gateway {
 public:
  CountedGateway(http::Client& client, gateway::OpenAiGateway::Options options) : inner_(client, std::move(options)) {}
  Task<gateway::Exchange> complete(gateway::ChatRequest request, gateway::DeltaSink* sink) override {
    return metered_.complete(std::move(request), sink);
  }
  Task<Result<gateway::Embeddings>> embed(gateway::EmbeddingRequest request) override {
    return metered_.embed(std::move(request));
  }
  Task<Result<std::optional<gateway::Spent>>> find_spent(std::string generation_or_call_id) override {
    return metered_.find_spent(std::move(generation_or_call_id));
  }
  Task<Result<void>> check() override { return metered_.check(); }

 private:
  gateway::OpenAiGateway inner_;
  MeteredGateway metered_{inner_};
};

/// A module's question has the time and the temperature that it asks for, all else as the host's own.
host::AiCapability::Parts ai_parts(const ModuleServiceParts& parts) {
  auto gateway = [&client = parts.client, options = parts.gateway](host::AiBounds bounds) {
    auto own = options;
    own.request_timeout = std::min(own.request_timeout, bounds.time_limit);
    own.temperature = bounds.temperature;
    return std::make_unique<CountedGateway>(client, std::move(own));
  };
  return {.database = parts.database,
          .admission = parts.quota,
          .gateway = std::move(gateway),
          .embedding_model = parts.settings.ai_embedding_model};
}

}  // namespace

host::AiCapability* add_module_services(host::Capabilities& capabilities, const ModuleServiceParts& parts) {
  add_data(capabilities, parts);
  add_outward(capabilities, parts);
  add_work(capabilities, parts);
  auto ai = std::make_unique<host::AiCapability>(ai_parts(parts));
  auto* const answer = ai.get();
  capabilities.add(Service::kAi, std::move(ai));
  return answer;
}

}  // namespace rapt::api
