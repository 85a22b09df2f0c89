// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace rapt {
namespace bundle {
struct Manifest;
}
namespace hooks {
struct PlannedStep;
enum class Point : std::uint8_t;
}  // namespace hooks
namespace host {
struct FindingType;
struct ModuleStatus;
}  // namespace host
namespace install {
struct InstalledRecord;
}
namespace journal {
struct Line;
struct Report;
}  // namespace journal
}  // namespace rapt

/// How modules look to an administrator.
namespace rapt::api {

nlohmann::json view(const host::FindingType& type);
nlohmann::json view(const host::ModuleStatus& status);
/// What is installed, and how it fares here; `status` is null when this host does not run it.
nlohmann::json view(const install::InstalledRecord& record, const host::ModuleStatus* status);
/// What a bundle says of itself.
nlohmann::json view(const bundle::Manifest& manifest);
nlohmann::json view(const journal::Report& report);
nlohmann::json view(const journal::Line& line);
/// `status` is null when this host does not run that module.
nlohmann::json view(const hooks::PlannedStep& step, hooks::Point point, bool installed,
                    const host::ModuleStatus* status);

}  // namespace rapt::api
