// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/semver.hpp"
#include "rapt/store/database.hpp"

namespace rapt::marketplace {

/// An advisory, as far as it matters to which versions it is about.
struct AdvisoryRange {
  std::string id;
  std::string affected;  ///< as VersionRange reads it
};

/// ModuleSummary of docs/registry.md; of a row of search_modules().
nlohmann::json module_summary(const store::Row& row);
/// VersionSummary; of a row that has the columns of module_versions.
nlohmann::json version_summary(const store::Row& row, const std::vector<AdvisoryRange>& advisories);
/// A JSON text of ours from the database; `otherwise` (JSON, too) where it is none.
nlohmann::json json_of(const std::string& text, const char* otherwise);
/// As UTF-8, whatever is in it.
std::string text_of(const nlohmann::json& value);

}  // namespace rapt::marketplace
