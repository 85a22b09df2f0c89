// SPDX-License-Identifier: AGPL-3.0-or-later
#include "finding_types.hpp"

#include <algorithm>
#include <utility>

#include "rapt/base/text.hpp"

namespace rapt::host {

Result<FindingTypes> FindingTypes::compile(const std::vector<bundle::ManifestExtraction>& declared_types) {
  FindingTypes out;
  for (const auto& declared : declared_types) {
    auto compiled = schema::JsonSchema::compile(declared.schema_json);
    if (!compiled)
      return Error::invalid("extractions", "The schema of its findings \"" + declared.type +
                                               "\" is not usable: " + compiled.error().message);
    out.schemas_.emplace(declared.type, std::move(*compiled));
    out.list_.push_back({declared.type, declared.title, declared.description, declared.schema_json});
  }
  return out;
}

std::string FindingTypes::fault(const hooks::Extraction& found) const {
  const auto schema = schemas_.find(found.type);
  if (schema == schemas_.end()) return "its manifest does not declare that type";
  const auto valid = schema->second.validate(found.data_json, "data");
  if (valid) return "";
  // Of what the module wrote only the place is told: it may quote a student.
  const auto& fields = valid.error().fields;
  return fields.empty() ? "it is not as its schema says" : "against its schema at " + printable(fields[0].path, 100);
}

std::string FindingTypes::refuse(std::vector<hooks::Extraction>& found) const {
  if (list_.empty() || found.empty()) return "";
  std::string first;
  const auto refused = std::erase_if(found, [&](const hooks::Extraction& one) {
    auto why = fault(one);
    if (why.empty()) return false;
    if (first.empty()) first = "\"" + printable(one.type, 64) + "\", " + why;
    return true;
  });
  if (refused == 0) return "";
  return std::to_string(refused) + (refused == 1 ? " finding was" : " findings were") +
         " left out by the host: " + first + (refused == 1 ? "." : ", and others.");
}

}  // namespace rapt::host
