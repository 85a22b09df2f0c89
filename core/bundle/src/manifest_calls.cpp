// SPDX-License-Identifier: AGPL-3.0-or-later
// What the host may ask of a module beside hooks.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "manifest_parts.hpp"
#include "names.hpp"
#include "rapt/base/cron.hpp"

namespace rapt::bundle {
namespace {

constexpr std::array<std::string_view, 5> kAccess = {"public", "user", "teacher", "group_admin", "system_admin"};
constexpr std::array<std::string_view, 5> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
constexpr std::array<std::string_view, 6> kPlaces = {"class", "assignment", "session", "group", "home", "system"};
constexpr std::array<std::string_view, 7> kFileTypes = {
    "text/csv",
    "text/plain",
    "text/markdown",
    "application/json",
    "application/pdf",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};

/// docs/capabilities.md says when and with what; migrations/core/0008_module_work.sql and 0009 tell them.
constexpr std::array<std::string_view, 16> kHostEvents = {
    "session.started",     "session.changed", "session.completed", "message.stored", "message.blocked",
    "run.completed",       "run.failed",      "user.created",      "user.deleted",   "class.enrolled",
    "class.left",          "group.created",   "group.archived",    "budget.alert",   "module.settings-changed",
    "submission.submitted"};

/// The place of the word among `words`; its length, after a fault, when it is none.
std::size_t read_word(JsonReader& in, const char* key, std::string& out, std::span<const std::string_view> words) {
  if (!in.text(key, out, 100, Need::kRequired)) return words.size();
  const auto found = std::find(words.begin(), words.end(), out);
  if (found == words.end()) in.fault(key, "Say one of: " + list_of(words) + "." + did_you_mean(out, words));
  return static_cast<std::size_t>(found - words.begin());
}

void read_access(JsonReader& in, ManifestAccess& access) {
  std::string word;
  const auto place = read_word(in, "access", word, kAccess);
  if (place < kAccess.size()) access = static_cast<ManifestAccess>(place);
}

void read_id(JsonReader& in, const char* key, std::string& out, std::set<std::string>& seen) {
  if (!in.text(key, out, 63, Need::kRequired)) return;
  if (!is_name(out)) in.fault(key, "Use 2 to 63 lower-case letters, digits and hyphens, beginning with a letter.");
  if (!seen.insert(out).second) in.fault(key, "This stands here twice.");
}

bool is_route_path(std::string_view path) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '/' || c == ':';
  };
  return path.size() > 1 && path[0] == '/' && path.back() != '/' && path.find("//") == std::string_view::npos &&
         path.find("/:/") == std::string_view::npos && !path.ends_with("/:") &&
         std::all_of(path.begin(), path.end(), allowed);
}

void check_path(JsonReader& item, const ManifestRoute& route, const Manifest& manifest) {
  constexpr std::string_view kWhole = "/api/";
  if (!is_route_path(route.path))
    return item.fault("path", "Give a path such as \"/notes/:id\": lower-case letters, digits, \"-\", \"_\".");
  if (!route.path.starts_with(kWhole)) return;
  const auto* permission = manifest.permission("routes");
  const auto begins = [&](const std::string& granted) { return route.path.starts_with(granted); };
  if (permission != nullptr && std::none_of(permission->paths.begin(), permission->paths.end(), begins))
    item.fault("path", "A whole path has to begin with one of the \"paths\" of the permission \"routes\".");
}

void read_routes(JsonReader& in, Manifest& out) {
  std::set<std::string> seen;
  for (auto& item : in.objects("routes", 64)) {
    ManifestRoute route;
    read_word(item, "method", route.method, kMethods);
    if (item.text("path", route.path, 200, Need::kRequired)) check_path(item, route, out);
    if (!seen.insert(route.method + " " + route.path).second) item.fault("path", "This route stands here twice.");
    read_access(item, route.access);
    item.integer("body_bytes", route.body_bytes, 0, 512 << 10);
    item.integer("rate_per_minute", route.rate_per_minute, 1, 6000);
    item.integer("timeout_ms", route.timeout_ms, 1, 10000);
    item.refuse_unknown();
    out.routes.push_back(std::move(route));
  }
}

void read_jobs(JsonReader& in, Manifest& out) {
  std::set<std::string> seen;
  for (auto& item : in.objects("jobs", 32)) {
    ManifestJob job;
    read_id(item, "name", job.name, seen);
    item.text("cron", job.cron, 100, Need::kOptional);
    if (const auto cron = job.cron.empty() ? Result<Cron>(Cron()) : Cron::parse(job.cron); !cron)
      item.fault("cron", cron.error().fields.at(0).message);
    item.integer("timeout_ms", job.timeout_ms, 1, 60000);
    item.integer("max_attempts", job.max_attempts, 1, 20);
    item.refuse_unknown();
    out.jobs.push_back(std::move(job));
  }
}

/// "session.completed", "reading-log.entry-added".
bool is_event(std::string_view type) {
  const auto dot = type.find('.');
  return dot != std::string_view::npos && is_name(type.substr(0, dot)) && is_name(type.substr(dot + 1));
}

/// What only the host tells begins with one of its words; a module of that name publishes nothing.
void check_host_event(JsonReader& in, const std::string& type) {
  const auto types = host_event_types();
  if (!is_host_word(type.substr(0, type.find('.'))) || std::find(types.begin(), types.end(), type) != types.end())
    return;
  in.fault("subscribe", "The host has no event \"" + type + "\"." + did_you_mean(type, types));
}

void read_events(JsonReader& in, Manifest& out) {
  if (!in.is_object("events")) return;
  auto events = *in.object("events");
  out.events.subscribe = events.texts("subscribe", 32, 127);
  out.events.publish = events.texts("publish", 32, 63);
  for (const auto& type : out.events.subscribe) {
    if (!is_event(type)) events.fault("subscribe", "\"" + type + "\" is no type such as \"session.completed\".");
    check_host_event(events, type);
  }
  for (const auto& word : out.events.publish) {
    if (!is_name(word)) events.fault("publish", "\"" + word + "\" is no word such as \"entry-added\".");
  }
  events.refuse_unknown();
}

void read_panel(JsonReader& item, ManifestPanel& panel, std::set<std::string>& seen) {
  read_id(item, "id", panel.id, seen);
  item.text("title", panel.title, 100, Need::kRequired);
  read_word(item, "place", panel.place, kPlaces);
  read_access(item, panel.access);
  if (panel.access == ManifestAccess::kPublic) item.fault("access", "Only who is logged in sees these pages.");
  item.integer("timeout_ms", panel.timeout_ms, 1, 10000);
}

void read_panels(JsonReader& in, Manifest& out) {
  std::set<std::string> seen;
  for (auto& item : in.objects("panels", 16)) {
    ManifestPanel panel;
    read_panel(item, panel, seen);
    item.refuse_unknown();
    out.panels.push_back(std::move(panel));
  }
}

void read_exports(JsonReader& in, Manifest& out) {
  std::set<std::string> seen;
  for (auto& item : in.objects("exports", 16)) {
    ManifestExport file;
    file.timeout_ms = 5000;
    read_panel(item, file, seen);
    read_word(item, "content_type", file.content_type, kFileTypes);
    const bool named = item.text("file_name", file.file_name, 100, Need::kRequired);
    const auto allowed = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
             c == '.';
    };
    if (named && (file.file_name.empty() || file.file_name[0] == '.' ||
                  !std::all_of(file.file_name.begin(), file.file_name.end(), allowed)))
      item.fault("file_name", "Use letters, digits, \"-\", \"_\" and \".\", as in \"reading-log.csv\".");
    item.refuse_unknown();
    out.exports.push_back(std::move(file));
  }
}

}  // namespace

std::span<const std::string_view> host_event_types() {
  return kHostEvents;
}

bool is_host_word(std::string_view word) {
  const auto of = [&](std::string_view type) { return type.substr(0, type.find('.')) == word; };
  return std::any_of(kHostEvents.begin(), kHostEvents.end(), of);
}

std::string_view name(ManifestAccess access) {
  return kAccess.at(static_cast<std::size_t>(access));
}

void read_calls(JsonReader& in, Manifest& out) {
  read_routes(in, out);
  read_jobs(in, out);
  read_events(in, out);
  read_panels(in, out);
  read_exports(in, out);
  const std::pair<const char*, bool> declared[] = {
      {"routes", !out.routes.empty()},
      {"jobs", !out.jobs.empty()},
      {"events", !out.events.subscribe.empty() || !out.events.publish.empty()},
      {"panels", !out.panels.empty()},
      {"exports", !out.exports.empty()}};
  for (const auto& [what, is] : declared) {
    if (is && out.permission(what) == nullptr)
      in.fault(what, std::string("Ask for the permission \"") + what + "\", with a reason.");
  }
}

}  // namespace rapt::bundle
