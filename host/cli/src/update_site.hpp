// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "command.hpp"
#include "rapt/agent/looker.hpp"
#include "rapt/agent/platform.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/http/client.hpp"

namespace rapt::cli {

/// What words about the platform's releases need.
struct UpdateSite {
  config::Settings settings;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<security::SecretBox> box;
  std::unique_ptr<agent::Platform> platform;
  http::Client http;
  SystemClock clock;
  std::unique_ptr<agent::RegistryReleases> releases;  ///< nullptr without a registry
  std::unique_ptr<agent::Looker> looker;              ///< nullptr without a registry
};
/// Only what is known and asked for: without keys, box, registry.
Result<std::unique_ptr<UpdateSite>> open_platform(const config::Settings& settings);
Result<std::unique_ptr<UpdateSite>> open_platform(const Console& console);
/// `folder`: of a mirror; "" for MARKETPLACE_URL.
Result<std::unique_ptr<UpdateSite>> open_update_site(const Console& console, const std::string& folder);
/// file:///FOLDER. kInvalid when there is no such folder.
Result<std::string> mirror_url(const std::string& folder);
agent::Looker::Options look_options(const config::Settings& settings);
/// The oldest that an agent runs that is there; of this program, where none is.
std::string running_version(const agent::PlatformState& state);

}  // namespace rapt::cli
