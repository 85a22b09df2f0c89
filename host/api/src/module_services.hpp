// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/gateway/openai_gateway.hpp"

namespace rapt {
class Clock;
namespace accounts {
class AccountService;
}
namespace config {
struct Settings;
}
namespace host {
class AiCapability;
class Capabilities;
class Causation;
class Supervisor;
}  // namespace host
namespace http {
class Client;
}
namespace module_settings {
class LiveSettings;
}
namespace quota {
class QuotaService;
}
namespace security {
class SecretBox;
}
namespace store {
class Database;
}
}  // namespace rapt

namespace rapt::api {

/// What the services of modules are made of; everything must outlive them.
struct ModuleServiceParts {
  const config::Settings& settings;
  store::Database& database;
  const Clock& clock;
  const security::SecretBox& box;
  accounts::AccountService& accounts;
  module_settings::LiveSettings& live_settings;
  host::Supervisor& supervisor;
  host::Causation& causation;
  quota::QuotaService& quota;
  http::Client& client;
  gateway::OpenAiGateway::Options gateway;  ///< the host's own; a question of a module narrows them
  std::string pseudonym_key;                ///< the supervisor's
};

/// Gives modules every service that this host offers. The answer is the one whose work has to be finished before the
/// host ends; `capabilities` has it.
host::AiCapability* add_module_services(host::Capabilities& capabilities, const ModuleServiceParts& parts);

}  // namespace rapt::api
