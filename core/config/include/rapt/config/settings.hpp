// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/address_range.hpp"
#include "rapt/base/result.hpp"

namespace rapt::config {

/// Looks a variable up; the process environment in main, a map in tests.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
Environment process_environment();

/// Everything that can be configured, by environment variables. Each is declared once, in settings.cpp, with its type,
/// unit, default, bounds and help; `describe()` prints that table.
struct Settings {
  std::string database_url;                        ///< DATABASE_URL
  int database_pool_max = 10;                      ///< DATABASE_POOL_MAX, connections
  std::string redis_url;                           ///< REDIS_URL: redis://host:port/db or unix:///path
  std::string host = "127.0.0.1";                  ///< HOST, address to listen on
  std::uint16_t port = 3000;                       ///< PORT
  std::string public_url;                          ///< PUBLIC_URL, defaults to http://HOST:PORT
  unsigned threads = 2;                            ///< RAPT_THREADS
  std::string host_name;                           ///< RAPT_HOST_NAME, defaults to the machine's name and PORT
  bool worker = true;                              ///< RAPT_WORKER=0: `rapt serve` does no jobs, others do
  std::string log_level = "info";                  ///< LOG_LEVEL: debug, info, warn, error
  bool production = false;                         ///< RAPT_ENV=production: Secure cookies, no development mode
  bool registration_open = false;                  ///< REGISTRATION=open: anybody may make an account
  bool development_modules = false;                ///< RAPT_DEVELOPMENT_MODULES=1: unsigned modules may be installed
  std::string ai_gateway_url;                      ///< AI_GATEWAY_URL, default https://openrouter.ai/api/v1
  std::string ai_api_key;                          ///< AI_API_KEY (secret)
  std::string ai_default_model;                    ///< AI_DEFAULT_MODEL
  std::string ai_embedding_model;                  ///< AI_EMBEDDING_MODEL
  std::chrono::milliseconds ai_request_timeout{};  ///< AI_REQUEST_TIMEOUT_MS, whole request
  std::chrono::milliseconds ai_first_token_timeout{};  ///< AI_FIRST_TOKEN_TIMEOUT_MS
  std::chrono::milliseconds ai_token_timeout{};        ///< AI_TOKEN_TIMEOUT_MS, between two pieces of an answer
  std::chrono::milliseconds ai_connect_timeout{};      ///< AI_CONNECT_TIMEOUT_MS
  int ai_max_retries = 2;                              ///< AI_MAX_RETRIES, before the first byte only
  std::chrono::hours chat_idle{24};  ///< CHAT_IDLE_HOURS: conversations without a message for so long are completed
  std::filesystem::path auth_provider_ca_file;  ///< AUTH_PROVIDER_CA_FILE, PEM
  std::string mail_url;     ///< MAIL_URL: smtp://…, smtps://… or file:FOLDER; empty: no mail is sent (secret)
  std::string mail_from;    ///< MAIL_FROM
  bool demo_model = false;  ///< RAPT_DEMO_MODEL=1: the gateway is the demonstration model
  std::filesystem::path web_root;                ///< RAPT_WEB_ROOT, the built pages
  std::filesystem::path var_dir;                 ///< RAPT_VAR_DIR, state of this host
  std::filesystem::path runner;                  ///< RAPT_RUNNER, path of rapt-runner; default beside this program
  std::filesystem::path migrations_dir;          ///< RAPT_MIGRATIONS_DIR
  std::string marketplace_url;                   ///< MARKETPLACE_URL
  std::chrono::minutes module_update_check{60};  ///< MODULE_UPDATE_CHECK_MINUTES; 0: the registry is not looked at
  std::string module_update_window;              ///< MODULE_UPDATE_WINDOW: "02:00-05:00", UTC; empty: at any time
  std::string deployment_type;             ///< DEPLOYMENT_TYPE: bare, docker, kubernetes, heroku; empty: nobody updates
  bool auto_update = false;                ///< AUTO_UPDATE=1: releases of the platform are taken without being asked
  std::string update_channel = "stable";   ///< UPDATE_CHANNEL: stable or beta
  std::string update_pin;                  ///< UPDATE_PIN, a range of versions ("~1.4"); empty: every newer one
  std::string update_window;               ///< UPDATE_WINDOW: "02:00-05:00", UTC; empty: at any time
  std::chrono::minutes update_check{360};  ///< UPDATE_CHECK_MINUTES; 0: never by itself
  std::chrono::minutes update_watch{10};   ///< UPDATE_WATCH_MINUTES: how long a new release is on probation
  int update_backups = 3;                  ///< UPDATE_BACKUPS: so many copies of the database are kept; 0: none is made
  bool update_reports = false;             ///< UPDATE_REPORTS=1: the registry is told how this instance fares
  std::filesystem::path home;              ///< RAPT_HOME: where a bare machine keeps its releases
  std::filesystem::path docker_socket;     ///< UPDATE_DOCKER_SOCKET, of the Docker Engine
  std::string kubernetes_url;              ///< UPDATE_KUBERNETES_URL, of the API server
  std::filesystem::path kubernetes_account;         ///< UPDATE_KUBERNETES_ACCOUNT: folder with token, ca.crt, namespace
  std::vector<std::string> kubernetes_deployments;  ///< UPDATE_KUBERNETES_DEPLOYMENTS, in the order of their update
  std::string heroku_url;                           ///< UPDATE_HEROKU_URL, of the Platform API
  std::string heroku_app;                           ///< HEROKU_APP_NAME
  std::string heroku_api_key;                       ///< HEROKU_API_KEY (secret)
  std::filesystem::path cgroup;                     ///< RAPT_CGROUP, a cgroup delegated to this host; empty: its own
  int rate_limit_api_max = 600;                     ///< RATE_LIMIT_API_MAX, requests a minute and person
  int rate_limit_address_max = 6000;                ///< RATE_LIMIT_ADDRESS_MAX, a minute and address, without a login
  int rate_limit_auth_max = 5;                ///< RATE_LIMIT_AUTH_MAX, failed logins a minute, account and address
  int rate_limit_auth_address_max = 300;      ///< RATE_LIMIT_AUTH_ADDRESS_MAX, logins and the like a minute and address
  std::vector<AddressRange> trusted_proxies;  ///< TRUSTED_PROXIES, whose X-Forwarded-* is believed
  std::vector<std::string> cors_origins;      ///< CORS_ORIGINS, other sites' pages that may use the API
  std::vector<std::string> required_sandbox_layers;  ///< RAPT_SANDBOX_REQUIRE, comma-separated layer names
};

/// Reads them all. Every fault is reported at once: `fields` holds the variable's name as path, and the remedy.
Result<Settings> load_settings(const Environment& environment);

/// Those of `names` that look like ours (RAPT_…, AI_…, RATE_LIMIT_…, CORS_…) and are no setting, each with the setting
/// that was probably meant: "RAPT_THREAD is no setting: did you mean RAPT_THREADS?". Main logs them as warnings.
std::vector<std::string> unknown_variables(const std::vector<std::string>& names);
/// The names of all variables of the process.
std::vector<std::string> process_variable_names();

/// One line a setting: name, type, default, bounds, help; secrets' values are never printed.
std::string describe();

}  // namespace rapt::config
