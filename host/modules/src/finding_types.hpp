// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rapt/bundle/bundle.hpp"
#include "rapt/hooks/hook.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/schema/json_schema.hpp"

namespace rapt::host {

/// The types of findings that a module declares, with their schemas compiled. Immutable.
class FindingTypes {
 public:
  /// An error's message is the sentence for the admin why a schema is not usable.
  static Result<FindingTypes> compile(const std::vector<bundle::ManifestExtraction>& declared_types);

  /// Takes out what is of no declared type or against its schema, and says in one line what that was; "" when
  /// everything may stay, as it does for a module that declares no types.
  std::string refuse(std::vector<hooks::Extraction>& found) const;
  [[nodiscard]] const std::vector<FindingType>& list() const { return list_; }

 private:
  [[nodiscard]] std::string fault(const hooks::Extraction& found) const;

  std::vector<FindingType> list_;  ///< in the order of the manifest
  std::map<std::string, schema::JsonSchema, std::less<>> schemas_;
};

}  // namespace rapt::host
