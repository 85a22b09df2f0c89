// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "docker_container.hpp"
#include "docker_engine.hpp"
#include "rapt/agent/strategy.hpp"

namespace rapt::agent::docker {

/// "NAME@sha256:…", as an image registry has it. kInvalid says what is wrong with it.
Result<void> check_reference(std::string_view image);

/// The field X-Registry-Auth for the image's registry, from a Docker client's config.json; "" when the file says
/// nothing of it or does not exist. kInvalid names the file, never what is in it.
Result<std::string> credentials_for(std::string_view image, const std::filesystem::path& config);

/// Has the engine fetch the image, and holds what it has now against the digest and the version that were signed.
Task<Result<NewImage>> pull(Engine& engine, std::string image, std::string version, std::filesystem::path credentials,
                            Progress& progress);
/// The image as the engine has it, when it is of that version. kNotFound when it is not there.
Task<Result<NewImage>> known_image(Engine& engine, std::string image, std::string version);
/// What its label says; "" without one.
Task<Result<std::string>> version_of_image(Engine& engine, std::string image);

}  // namespace rapt::agent::docker
