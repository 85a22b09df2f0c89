// SPDX-License-Identifier: AGPL-3.0-or-later
#include "world.hpp"

#include "json_fields.hpp"
#include "json_places.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"
#include "rapt/sandbox/check.hpp"
#include "world_files.hpp"
#include "world_reader.hpp"
#include "world_schema.hpp"

namespace rapt::author {

namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 20;
constexpr unsigned kMostDepth = 64;
constexpr std::size_t kLongestShown = 200;

std::string_view school() {
  for (const auto& file : world_files()) {
    if (file.name == "school") return file.text;
  }
  return {};
}

/// Each fault on a line of its own, as compilers say it.
Error told(const std::vector<FieldError>& faults, const JsonPlaces& places) {
  Error error = Error::invalid(
      "", "The world has " + std::to_string(faults.size()) + (faults.size() == 1 ? " fault." : " faults."));
  error.fields.clear();
  for (const auto& fault : faults) {
    const auto place = places.of(fault.path);
    const auto where = "line " + std::to_string(place.line) + ", column " + std::to_string(place.column);
    const auto path = fault.path.empty() ? "world" : printable(fault.path, kLongestShown);
    error.fields.push_back({path, where + ": " + fault.message});
  }
  return error;
}

std::vector<FieldError> faults_of_shape(std::string_view text, const JsonPlaces& places) {
  std::vector<FieldError> faults;
  for (const auto& path : places.repeated()) faults.push_back({path, "stands twice"});
  if (!sandbox::is_plain_json(text, kMostDepth))
    faults.push_back({"", "holds what no host stores: \\u0000, half a surrogate, or a number without end"});
  for (auto& fault : faults_by_schema(text)) faults.push_back(std::move(fault));
  return faults;
}

}  // namespace

Result<World> World::read(std::string_view text, TimePoint now) {
  nlohmann::json document;
  RAPT_TRY(parse_document(text, kMostBytes, document));
  const JsonPlaces places(text);
  auto faults = faults_of_shape(text, places);
  if (!faults.empty()) return told(faults, places);
  World world;
  WorldReader(document, world, faults, now).read();
  if (!faults.empty()) return told(faults, places);
  world.document_ = document.dump();
  return world;
}

Result<World> World::built_in(TimePoint now) {
  return read(school(), now);
}

std::optional<std::string> World::id(Kind kind, std::string_view name) const {
  const auto& known = ids_.at(static_cast<std::size_t>(kind));
  const auto found = known.find(canonical_uuid(name).value_or(std::string(name)));
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

std::string World::name_of(const std::string& id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? id : found->second;
}

std::vector<std::string> World::names(Kind kind) const {
  std::vector<std::string> out;
  for (const auto& [name, id] : ids_.at(static_cast<std::size_t>(kind))) out.push_back(name);
  return out;
}

const World::Belongings& World::belongings(const std::string& user_id) const {
  static const Belongings none;
  const auto found = belongings_.find(user_id);
  return found == belongings_.end() ? none : found->second;
}

}  // namespace rapt::author
