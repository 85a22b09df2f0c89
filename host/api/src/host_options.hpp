// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "rapt/base/file.hpp"
#include "rapt/base/log.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/gateway/openai_gateway.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/http/server.hpp"
#include "rapt/jobs/worker.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/updates/updater.hpp"

namespace rapt::config {
struct Settings;
}

/// What the settings come to for each part of the host.
namespace rapt::api {

log::Level level_of(const std::string& name);
bundle::SignaturePolicy signature_policy(const config::Settings& settings);
std::filesystem::path trust_dir(const config::Settings& settings);
/// `loop` and `services` outlive the supervisor.
host::Supervisor::Options supervisor_options(const config::Settings& settings, const runtime::Runtime& loop,
                                             const bundle::TrustStore& trust, std::string pseudonym_key,
                                             host::ServiceHost& services);
gateway::OpenAiGateway::Options gateway_options(const config::Settings& settings);
updates::Updater::Options updater_options(const config::Settings& settings);
/// `listening`: a socket of whoever started this process, or none.
http::ServerOptions server_options(const config::Settings& settings, const runtime::Runtime& loop, UniqueFd listening);
jobs::Worker::Options worker_options(const config::Settings& settings);
jobs::Worker::Options module_worker_options(const config::Settings& settings);

}  // namespace rapt::api
