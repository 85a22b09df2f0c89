// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <array>

#include "declaration.hpp"
#include "readers.hpp"

namespace rapt::config {

namespace {

using S = Settings;

std::string read_environment_name(const std::string& text, Settings& out) {
  if (text != "development" && text != "production") return "must be development or production";
  out.production = text == "production";
  return {};
}

std::string read_layers(const std::string& text, Settings& out) {
  out.required_sandbox_layers.clear();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string layer = text.substr(at, end - at);
    if (layer.empty() || layer.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) {
      return "must be layer names separated by commas, such as seccomp,landlock (rapt doctor lists them)";
    }
    out.required_sandbox_layers.push_back(layer);
    at = end + 1;
  }
  return {};
}

/// The parts of a comma-separated list, without the space around them; empty ones are kept.
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    std::string part = text.substr(at, end - at);
    part.erase(part.find_last_not_of(" \t") + 1);
    part.erase(0, part.find_first_not_of(" \t"));
    out.push_back(std::move(part));
    at = end + 1;
  }
  return out;
}

std::string read_deployments(const std::string& text, Settings& out) {
  out.kubernetes_deployments = parts_of(text);
  for (const std::string& name : out.kubernetes_deployments) {
    if (name.empty() || name.size() > 63 ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") != std::string::npos) {
      return "must be names of deployments separated by commas, such as raptscallions,raptscallions-worker";
    }
  }
  return {};
}

std::string read_proxies(const std::string& text, Settings& out) {
  out.trusted_proxies.clear();
  for (const std::string& part : parts_of(text)) {
    const auto range = AddressRange::parse(part);
    if (!range) return "must be addresses and blocks of them separated by commas, such as 10.0.0.0/8,::1";
    out.trusted_proxies.push_back(*range);
  }
  return {};
}

std::string read_origins(const std::string& text, Settings& out) {
  out.cors_origins.clear();
  for (const std::string& part : parts_of(text)) {
    const auto odd = part.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.:-[]/");
    const bool has_path = part.find('/', part.find("://") + 3) != std::string::npos;
    if (!check_url(part).empty() || odd != std::string::npos || has_path) {
      return "must be origins in lower case separated by commas, each a scheme and a host without a path, such as "
             "https://school.example.org (there is no *)";
    }
    out.cors_origins.push_back(part);
  }
  return {};
}

std::string read_registration(const std::string& text, Settings& out) {
  if (text != "closed" && text != "open") return "must be closed or open";
  out.registration_open = text == "open";
  return {};
}

}  // namespace

/// Grows with the product; the one place where a setting is made known.
std::span<const Declaration> declarations() {
  static const std::array all = {
      Declaration{"DATABASE_URL", "text", "", nullptr, "",
                  "PostgreSQL 15 or newer with ltree: postgresql://user@host/database", true,
                  &read_text<&S::database_url, &check_database_url>},
      Declaration{"DATABASE_POOL_MAX", "number", "connections", "10", bounds<1, 200>(),
                  "most connections to PostgreSQL", false, &read_number<&S::database_pool_max, 1, 200>},
      Declaration{"REDIS_URL", "text", "", nullptr, "", "redis://host:port/number or unix:///path", true,
                  &read_text<&S::redis_url, &check_redis_url>},
      Declaration{"HOST", "address", "", "127.0.0.1", "", "address to listen on; 0.0.0.0 for all", false,
                  &read_text<&S::host, &check_address>},
      Declaration{"PORT", "number", "", "3000", bounds<1, 65535>(), "port to listen on", false,
                  &read_number<&S::port, 1, 65535>},
      Declaration{"PUBLIC_URL", "address", "", "", "", "where browsers reach this host; empty: http://HOST:PORT", false,
                  &read_text<&S::public_url>},
      Declaration{"RAPT_HOST_NAME", "text", "", "", "",
                  "what the administration calls this host, another for each; empty: the machine's name and PORT",
                  false, &read_text<&S::host_name, &check_host_name>},
      Declaration{"RAPT_THREADS", "number", "threads", "2", bounds<1, 256>(), "threads of the event loop", false,
                  &read_number<&S::threads, 1, 256>},
      Declaration{"RAPT_WORKER", "switch", "", "1", "0, 1",
                  "0: rapt serve does no jobs; a rapt worker has to run somewhere", false, &read_switch<&S::worker>},
      Declaration{"LOG_LEVEL", "choice", "", "info", "debug, info, warn, error", "least level that is logged", false,
                  &read_text<&S::log_level, &check_log_level>},
      Declaration{"RAPT_ENV", "choice", "", "development", "development, production",
                  "production: cookies over HTTPS alone, no unsigned modules", false, &read_environment_name},
      Declaration{"REGISTRATION", "choice", "", "closed", "closed, open",
                  "open: anybody with a mail address may make an account; closed: administrators make them", false,
                  &read_registration},
      Declaration{"RAPT_DEVELOPMENT_MODULES", "switch", "", "0", "0, 1", "1: unsigned modules may be installed and run",
                  false, &read_switch<&S::development_modules>},
      Declaration{"AI_GATEWAY_URL", "address", "", "https://openrouter.ai/api/v1", "",
                  "base of an OpenAI-compatible API", false, &read_text<&S::ai_gateway_url, &check_url>},
      Declaration{"AI_API_KEY", "text", "", "", "", "the gateway's key", true, &read_text<&S::ai_api_key>},
      Declaration{"AI_DEFAULT_MODEL", "text", "", "anthropic/claude-sonnet-4-20250514", "",
                  "model of tools that name none", false, &read_text<&S::ai_default_model>},
      Declaration{"AI_EMBEDDING_MODEL", "text", "", "", "",
                  "model of embeddings for which a module names none; empty: it has to name one", false,
                  &read_text<&S::ai_embedding_model>},
      Declaration{"AI_REQUEST_TIMEOUT_MS", "number", "milliseconds", "120000", bounds<1000, 900000>(),
                  "longest whole answer of the gateway", false, &read_number<&S::ai_request_timeout, 1000, 900000>},
      Declaration{"AI_FIRST_TOKEN_TIMEOUT_MS", "number", "milliseconds", "30000", bounds<100, 900000>(),
                  "longest wait for an answer's first words", false,
                  &read_number<&S::ai_first_token_timeout, 100, 900000>},
      Declaration{"AI_TOKEN_TIMEOUT_MS", "number", "milliseconds", "30000", bounds<100, 900000>(),
                  "longest silence in the middle of an answer", false, &read_number<&S::ai_token_timeout, 100, 900000>},
      Declaration{"AI_CONNECT_TIMEOUT_MS", "number", "milliseconds", "5000", bounds<100, 60000>(),
                  "longest wait for a connection to the gateway", false,
                  &read_number<&S::ai_connect_timeout, 100, 60000>},
      Declaration{"AI_MAX_RETRIES", "number", "", "2", bounds<0, 10>(), "further attempts before the first word", false,
                  &read_number<&S::ai_max_retries, 0, 10>},
      Declaration{"CHAT_IDLE_HOURS", "number", "hours", "24", bounds<1, 8760>(),
                  "conversations without a message for so long are completed", false,
                  &read_number<&S::chat_idle, 1, 8760>},
      Declaration{"AUTH_PROVIDER_CA_FILE", "path", "", "", "",
                  "authorities (PEM) that login providers' certificates may come from beside the system's", false,
                  &read_text<&S::auth_provider_ca_file>},
      Declaration{"MAIL_URL", "text", "", "", "",
                  "where mails go: smtp://user:password@host:port, smtps://… or file:FOLDER; empty: nowhere", true,
                  &read_text<&S::mail_url, &check_mail_url>},
      Declaration{"MAIL_FROM", "text", "", "RaptScallions <noreply@localhost>", "",
                  "the sender of mails: an address, or Name <address>", false,
                  &read_text<&S::mail_from, &check_mail_from>},
      Declaration{"RAPT_DEMO_MODEL", "switch", "", "0", "0, 1",
                  "1: the gateway is the demonstration model; every page says so", false, &read_switch<&S::demo_model>},
      Declaration{"RAPT_WEB_ROOT", "path", "", "", "", "folder of the built pages; empty: the API alone", false,
                  &read_text<&S::web_root>},
      Declaration{"RAPT_VAR_DIR", "path", "", "var", "", "state of this host: keys, bundles", false,
                  &read_text<&S::var_dir>},
      Declaration{"RAPT_RUNNER", "path", "", "", "", "rapt-runner; empty: beside this program", false,
                  &read_text<&S::runner>},
      Declaration{"RAPT_CGROUP", "path", "", "", "", "cgroup that modules get theirs below; empty: this process's own",
                  false, &read_text<&S::cgroup>},
      Declaration{"RAPT_MIGRATIONS_DIR", "path", "", "migrations", "", "folder of the numbered SQL files", false,
                  &read_text<&S::migrations_dir>},
      Declaration{"MARKETPLACE_URL", "text", "", "", "",
                  "the registry that modules come from, or file:///FOLDER of a mirror", false,
                  &read_text<&S::marketplace_url>},
      Declaration{"MODULE_UPDATE_CHECK_MINUTES", "number", "minutes", "60", bounds<0, 10080>(),
                  "how often the registry is looked at for new versions of modules and warnings; 0: never", false,
                  &read_number<&S::module_update_check, 0, 10080>},
      Declaration{
          "MODULE_UPDATE_WINDOW", "text", "", "", "",
          "when modules may update themselves, a part of each day in UTC such as 02:00-05:00; empty: at any time",
          false, &read_text<&S::module_update_window, &check_window>},
      Declaration{"DEPLOYMENT_TYPE", "text", "", "", "bare, docker, kubernetes, heroku",
                  "how `rapt agent` brings this instance to another release; empty: somebody else does", false,
                  &read_text<&S::deployment_type, &check_deployment>},
      Declaration{"AUTO_UPDATE", "switch", "", "0", "0, 1", "1: new releases are taken without anybody being asked",
                  false, &read_switch<&S::auto_update>},
      Declaration{"UPDATE_CHANNEL", "text", "", "stable", "stable, beta", "which releases are looked at", false,
                  &read_text<&S::update_channel, &check_channel>},
      Declaration{"UPDATE_PIN", "text", "", "", "", "range of versions outside of which no release is taken, as ~1.4",
                  false, &read_text<&S::update_pin, &check_range>},
      Declaration{"UPDATE_WINDOW", "text", "", "", "",
                  "when releases may be taken without being asked, a part of each day in UTC; empty: at any time",
                  false, &read_text<&S::update_window, &check_window>},
      Declaration{"UPDATE_CHECK_MINUTES", "number", "minutes", "360", bounds<0, 10080>(),
                  "how often the registry is asked for releases; 0: never", false,
                  &read_number<&S::update_check, 0, 10080>},
      Declaration{"UPDATE_WATCH_MINUTES", "number", "minutes", "10", bounds<0, 1440>(),
                  "how long a new release is watched, and taken back when it fails", false,
                  &read_number<&S::update_watch, 0, 1440>},
      Declaration{"UPDATE_BACKUPS", "number", "copies", "3", bounds<0, 100>(),
                  "copies of the database that are kept, one is made before each update; 0: none is made", false,
                  &read_number<&S::update_backups, 0, 100>},
      Declaration{"UPDATE_REPORTS", "switch", "", "0", "0, 1",
                  "1: the registry is told which versions this instance runs and how updates went, nothing else", false,
                  &read_switch<&S::update_reports>},
      Declaration{"RAPT_HOME", "path", "", "/opt/raptscallions", "", "where a bare machine keeps its releases", false,
                  &read_text<&S::home>},
      Declaration{"UPDATE_DOCKER_SOCKET", "path", "", "/var/run/docker.sock", "", "socket of the Docker Engine", false,
                  &read_text<&S::docker_socket>},
      Declaration{"UPDATE_KUBERNETES_URL", "text", "", "https://kubernetes.default.svc", "", "the API server", false,
                  &read_text<&S::kubernetes_url, &check_url>},
      Declaration{"UPDATE_KUBERNETES_ACCOUNT", "path", "", "/var/run/secrets/kubernetes.io/serviceaccount", "",
                  "folder with the service account's token, ca.crt and namespace", false,
                  &read_text<&S::kubernetes_account>},
      Declaration{"UPDATE_KUBERNETES_DEPLOYMENTS", "list", "", "raptscallions", "",
                  "names of the deployments that run this instance, in the order of their update", false,
                  &read_deployments},
      Declaration{"UPDATE_HEROKU_URL", "text", "", "https://api.heroku.com", "", "Heroku's Platform API", false,
                  &read_text<&S::heroku_url, &check_url>},
      Declaration{"HEROKU_APP_NAME", "text", "", "", "", "the app that this instance is", false,
                  &read_text<&S::heroku_app>},
      Declaration{"HEROKU_API_KEY", "text", "", "", "", "may deploy that app", true, &read_text<&S::heroku_api_key>},
      Declaration{"RATE_LIMIT_API_MAX", "number", "requests", "600", bounds<1, 1000000>(),
                  "most requests of a person in a minute", false, &read_number<&S::rate_limit_api_max, 1, 1000000>},
      Declaration{"RATE_LIMIT_ADDRESS_MAX", "number", "requests", "6000", bounds<1, 1000000>(),
                  "most requests of an address in a minute without a login; a school may sit behind one address", false,
                  &read_number<&S::rate_limit_address_max, 1, 1000000>},
      Declaration{"RATE_LIMIT_AUTH_MAX", "number", "failures", "5", bounds<1, 1000000>(),
                  "most failed logins in a minute for one account from one address", false,
                  &read_number<&S::rate_limit_auth_max, 1, 1000000>},
      Declaration{"RATE_LIMIT_AUTH_ADDRESS_MAX", "number", "requests", "300", bounds<1, 1000000>(),
                  "most logins of an address in a minute, whatever comes of them", false,
                  &read_number<&S::rate_limit_auth_address_max, 1, 1000000>},
      Declaration{"TRUSTED_PROXIES", "list", "", "", "",
                  "addresses and blocks (10.0.0.0/8) whose X-Forwarded-For and X-Forwarded-Proto are believed", false,
                  &read_proxies},
      Declaration{"CORS_ORIGINS", "list", "", "", "", "origins of other sites whose pages may use the API", false,
                  &read_origins},
      Declaration{"RAPT_SANDBOX_REQUIRE", "list", "", "", "", "sandbox layers without which no module is started",
                  false, &read_layers},
  };
  return all;
}

}  // namespace rapt::config
