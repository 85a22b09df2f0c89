// SPDX-License-Identifier: AGPL-3.0-or-later
#include "docker_journal.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

#include "rapt/base/file.hpp"

namespace rapt::agent::docker {

namespace {

using nlohmann::json;

constexpr std::size_t kLimit = std::size_t{1} << 20;

constexpr std::array<std::string_view, 4> kSteps{"preparing", "replacing", "watching", "keeping"};

Step step_of(const json& value) {
  const auto text = value.get<std::string>();
  const auto found = std::find(kSteps.begin(), kSteps.end(), text);
  // As at() does for a member that is missing.
  if (found == kSteps.end()) throw json::other_error::create(501, "no step of an update: " + text, nullptr);
  return static_cast<Step>(found - kSteps.begin());
}

json to_json(const Work& work) {
  json places = json::array();
  for (const Place& place : work.places) {
    places.push_back({{"name", place.name},
                      {"old", place.old_id},
                      {"restart_policy", place.restart_policy},
                      {"ends_first", place.ends_first}});
  }
  return {{"id", work.id},
          {"goes_back", work.goes_back},
          {"from", work.from},
          {"to", work.to},
          {"images", work.images},
          {"before", work.before},
          {"step", kSteps.at(static_cast<std::size_t>(work.step))},
          {"places", std::move(places)},
          {"because", work.because}};
}

Work work_of(const json& value) {
  Work work;
  value.at("id").get_to(work.id);
  value.at("goes_back").get_to(work.goes_back);
  value.at("from").get_to(work.from);
  value.at("to").get_to(work.to);
  value.at("images").get_to(work.images);
  value.at("before").get_to(work.before);
  work.step = step_of(value.at("step"));
  value.at("because").get_to(work.because);
  for (const json& each : value.at("places")) {
    Place place;
    each.at("name").get_to(place.name);
    each.at("old").get_to(place.old_id);
    each.at("restart_policy").get_to(place.restart_policy);
    each.at("ends_first").get_to(place.ends_first);
    work.places.push_back(std::move(place));
  }
  return work;
}

}  // namespace

Result<Journal> read_journal(const std::filesystem::path& path) try {
  Journal journal;
  std::error_code fault;
  if (!std::filesystem::exists(path, fault) && !fault) return journal;
  auto text = read_file(path, kLimit);
  if (!text) return text.error();
  const json value = json::parse(*text);
  if (!value.is_object()) throw json::other_error::create(501, "no object", nullptr);
  if (value.contains("work")) journal.work = work_of(value["work"]);
  if (value.contains("past")) {
    const json& past = value["past"];
    journal.past =
        Past{past.at("version").get<std::string>(), past.at("images").get<std::map<std::string, std::string>>()};
  }
  return journal;
} catch (const json::exception& fault) {
  Error error = Error::invalid(path.string(), "is no journal of an update; move it away and look at `docker ps -a`");
  error.message = "The journal of the Docker updates, " + path.string() +
                  ", is damaged. Move it away, and see with `docker ps -a` that the right containers run.";
  error.log_detail = fault.what();
  return error;
}

Result<void> write_journal(const std::filesystem::path& path, const Journal& journal) {
  json value = json::object();
  if (journal.work) value["work"] = to_json(*journal.work);
  if (journal.past) value["past"] = {{"version", journal.past->version}, {"images", journal.past->images}};
  return write_file_atomically(path, value.dump(1), 0600);
}

}  // namespace rapt::agent::docker
