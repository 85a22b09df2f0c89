// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/call_case.hpp"

#include <algorithm>
#include <utility>

#include "json_fields.hpp"
#include "rapt/author/hook_case.hpp"
#include "route_match.hpp"

namespace rapt::author {

using bundle::ManifestAccess;
using hooks::Point;
using nlohmann::json;

namespace {

constexpr std::int64_t kLargestNumber = std::int64_t{1} << 53;
const std::initializer_list<std::string_view> kRoles = {"student", "teacher", "group_admin", "system_admin"};

std::int64_t unix_ms(TimePoint at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

/// Whether the host would let somebody of that role ask.
bool may_ask(std::string_view role, ManifestAccess access) {
  const auto rank = std::find(kRoles.begin(), kRoles.end(), role) - kRoles.begin();
  switch (access) {
    case ManifestAccess::kTeacher:
      return rank >= 1;
    case ManifestAccess::kGroupAdmin:
      return rank >= 2;
    case ManifestAccess::kSystemAdmin:
      return rank >= 3;
    default:
      return true;
  }
}

class CallReader {
 public:
  CallReader(const json& document, Point point, const bundle::Manifest& manifest, TimePoint now)
      : point_(point), manifest_(manifest), now_ms_(unix_ms(now)), all_(&document, "", faults_, known(point)) {}

  Result<CallCase> read() {
    input_ = {{"settings", object("settings")}, {"now_ms", now_ms_}};
    out_.point = point_;
    if (point_ == Point::kRoute) read_route();
    if (point_ == Point::kJob) read_job();
    if (point_ == Point::kEvent) read_event();
    if (point_ == Point::kPanel) read_panel("panel", manifest_.panels);
    if (point_ == Point::kExport) read_panel("export", manifest_.exports);
    read_about();
    if (!faults_.empty()) {
      Error error = Error::invalid(
          "", "The request has " + std::to_string(faults_.size()) + " fault" + (faults_.size() == 1 ? "." : "s."));
      error.fields = std::move(faults_);
      return error;
    }
    out_.input_json = input_.dump();
    return std::move(out_);
  }

 private:
  static std::initializer_list<std::string_view> known(Point point) {
    static const std::initializer_list<std::string_view>
        route = {"method",       "path",   "query",    "locale",     "json", "body",
                 "content_type", "caller", "settings", "request_id", "about"},
        job = {"name", "payload", "key", "attempt", "due_ms", "settings", "about"},
        event = {"type", "id", "at_ms", "payload", "attempt", "settings", "about"},
        panel = {"panel", "place_id", "caller", "settings", "locale", "about"},
        file = {"export", "place_id", "caller", "settings", "locale", "about"};
    switch (point) {
      case Point::kRoute:
        return route;
      case Point::kJob:
        return job;
      case Point::kEvent:
        return event;
      case Point::kPanel:
        return panel;
      default:
        return file;
    }
  }

  json object(std::string_view name) {
    const auto* found = all_.object(name);
    return found == nullptr ? json::object() : *found;
  }
  std::string text_or(std::string_view name, std::string otherwise) {
    return all_.find(name) == nullptr ? otherwise : all_.text(name);
  }

  void read_caller(ManifestAccess access) {
    if (all_.find("caller") == nullptr || all_.find("caller")->is_null()) {
      input_["caller"] = nullptr;
      if (access != ManifestAccess::kPublic)
        all_.fault("caller",
                   "must say who asks, {\"user\": \"anna\", \"role\": \"teacher\", \"groups\": []}: it is for \"" +
                       std::string(bundle::name(access)) + "\"");
      return;
    }
    Fields caller(all_.object("caller"), "caller", faults_, {"user", "role", "groups", "id"});
    const auto user = caller.required_text("user");
    const auto role = caller.choice("role", kRoles);
    json groups = json::array();
    if (const auto* list = caller.find("groups")) groups = *list;
    const bool texts =
        groups.is_array() && std::all_of(groups.begin(), groups.end(), [](const auto& one) { return one.is_string(); });
    if (!texts) caller.fault("groups", "must be a list of texts");
    if (role && !may_ask(*role, access))
      caller.fault("role", "may not ask: it is for \"" + std::string(bundle::name(access)) + "\"");
    input_["caller"] = {{"user", user}, {"role", role.value_or("")}, {"groups", groups}};
    if (caller.find("id") != nullptr) input_["caller"]["id"] = caller.text("id");
    out_.about.user = {user, role.value_or("")};
    if (texts && !groups.empty()) out_.about.group.id = groups[0].get<std::string>();
  }

  void read_route() {
    const auto method = text_or("method", "GET"), path = all_.required_text("path");
    const auto found = find_route(manifest_.routes, method, path);
    if (!found) return all_.fault("path", "is none of its routes: " + list_of(manifest_.routes));
    const auto& route = *found->route;
    out_.what = route.method + " " + route.path;
    out_.deadline = std::chrono::milliseconds(route.timeout_ms);
    input_.update({{"method", method},
                   {"route", route.path},
                   {"parameters", found->parameters},
                   {"query", object("query")},
                   {"locale", text_or("locale", "en")},
                   {"request_id", text_or("request_id", "a-request")},
                   {"body", all_.text("body")},
                   {"content_type", all_.text("content_type")}});
    if (const auto* value = all_.find("json")) {
      if (all_.find("body") != nullptr) all_.fault("body", "must be left out beside \"json\"");
      input_.update({{"json", *value}, {"body", value->dump()}, {"content_type", "application/json"}});
    }
    if (input_["body"].get<std::string>().size() > static_cast<std::size_t>(route.body_bytes))
      all_.fault(all_.find("json") ? "json" : "body",
                 "is larger than the " + std::to_string(route.body_bytes) + " bytes of the route");
    read_caller(route.access);
  }

  void read_job() {
    const auto name = all_.required_text("name");
    const auto found =
        std::find_if(manifest_.jobs.begin(), manifest_.jobs.end(), [&](const auto& one) { return one.name == name; });
    if (found == manifest_.jobs.end()) return all_.fault("name", "is none of its jobs");
    out_.what = name;
    out_.deadline = std::chrono::milliseconds(found->timeout_ms);
    input_.update({{"name", name},
                   {"payload", object("payload")},
                   {"key", text_or("key", "")},
                   {"attempt", all_.number("attempt", 1, found->max_attempts).value_or(1)},
                   {"of", found->max_attempts},
                   {"due_ms", all_.number("due_ms", 0, kLargestNumber).value_or(now_ms_)}});
  }

  void read_event() {
    const auto type = all_.required_text("type");
    const auto& known_types = manifest_.events.subscribe;
    if (std::find(known_types.begin(), known_types.end(), type) == known_types.end())
      return all_.fault("type", "is no event that it subscribes to");
    out_.what = type;
    out_.deadline = kEventTime;
    input_.update({{"type", type},
                   {"id", text_or("id", "an-event")},
                   {"at_ms", all_.number("at_ms", 0, kLargestNumber).value_or(now_ms_)},
                   {"payload", object("payload")},
                   {"attempt", all_.number("attempt", 1, 100).value_or(1)}});
  }

  template <class Declared>
  void read_panel(const char* kind, const std::vector<Declared>& declared) {
    const auto id = all_.required_text(kind);
    const auto found = std::find_if(declared.begin(), declared.end(), [&](const auto& one) { return one.id == id; });
    if (found == declared.end()) return all_.fault(kind, std::string("is none of its ") + kind + "s");
    out_.what = id;
    out_.deadline = std::chrono::milliseconds(found->timeout_ms);
    input_.update({{kind, id},
                   {"place", found->place},
                   {"place_id", text_or("place_id", "a-" + found->place)},
                   {"locale", text_or("locale", "en")}});
    if (point_ == Point::kExport) input_.update({{"piece", 0}, {"memo", ""}});
    read_caller(found->access);
  }

  void read_about() {
    Fields about(all_.object("about"), "about", faults_, {"tool", "user", "group", "session", "run"});
    const auto set = [&](const char* name, std::string& to) {
      if (about.find(name) != nullptr) to = about.text(name);
    };
    set("tool", out_.about.tool.id);
    set("user", out_.about.user.id);
    set("group", out_.about.group.id);
    set("session", out_.about.session.id);
    set("run", out_.about.run_id);
  }

  static constexpr std::chrono::milliseconds kEventTime{10'000};

  const Point point_;
  const bundle::Manifest& manifest_;
  const std::int64_t now_ms_;
  Fields::Faults faults_;
  Fields all_;
  json input_;
  CallCase out_;
};

/// Somebody who may ask: of the built-in world, those who are that there.
json caller_for(ManifestAccess access) {
  switch (access) {
    case ManifestAccess::kPublic:
      return nullptr;
    case ManifestAccess::kTeacher:
      return {{"user", "anna"}, {"role", "teacher"}, {"groups", {"group-1"}}};
    case ManifestAccess::kGroupAdmin:
      return {{"user", "principal"}, {"role", "group_admin"}, {"groups", {"school-1"}}};
    case ManifestAccess::kSystemAdmin:
      return {{"user", "operator"}, {"role", "system_admin"}, {"groups", {"school-1"}}};
    default:
      return {{"user", "user-1"}, {"role", "student"}, {"groups", {"group-1"}}};
  }
}

}  // namespace

std::optional<Point> parse_call(std::string_view name) {
  for (const auto point : {Point::kRoute, Point::kJob, Point::kEvent, Point::kPanel, Point::kExport}) {
    if (hooks::name(point) == name) return point;
  }
  return std::nullopt;
}

Result<CallCase> read_call_case(std::string_view text, Point point, const bundle::Manifest& manifest, TimePoint now) {
  json document;
  RAPT_TRY(parse_document(text, kMaxCaseBytes, document));
  if (!document.is_object()) return Error::invalid("", "It must be a JSON object.");
  return CallReader(document, point, manifest, now).read();
}

std::vector<CallCase> ordinary_calls(const bundle::Manifest& manifest, TimePoint now) {
  std::vector<CallCase> out;
  const auto add = [&](Point point, const json& request) {
    if (auto read = read_call_case(request.dump(), point, manifest, now)) out.push_back(std::move(*read));
  };
  for (const auto& one : manifest.routes) {
    json request = {{"method", one.method}, {"path", example_path(one.path)}, {"caller", caller_for(one.access)}};
    if (one.method != "GET" && one.method != "DELETE" && one.body_bytes >= 2) request["json"] = json::object();
    add(Point::kRoute, request);
  }
  for (const auto& one : manifest.jobs) add(Point::kJob, {{"name", one.name}});
  for (const auto& one : manifest.events.subscribe) add(Point::kEvent, {{"type", one}});
  for (const auto& one : manifest.panels) add(Point::kPanel, {{"panel", one.id}, {"caller", caller_for(one.access)}});
  for (const auto& one : manifest.exports)
    add(Point::kExport, {{"export", one.id}, {"caller", caller_for(one.access)}});
  return out;
}

CallCase ordinary_login(const std::string& settings_json) {
  constexpr std::chrono::milliseconds kLimit{5000};  // rapt/auth_provider.h
  const json input{{"settings", json::parse(settings_json, nullptr, false)},
                   {"redirect_uri", "https://school.example/api/v1/auth/callback"},
                   {"state", "c3RhdGUtb2YtYS10cmlhbA"},
                   {"nonce", "bm9uY2Utb2YtYS10cmlhbA"},
                   {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
                   {"memo", ""}};
  return {.point = Point::kAuthStart, .what = "login", .input_json = input.dump(), .deadline = kLimit};
}

}  // namespace rapt::author
