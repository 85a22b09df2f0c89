// SPDX-License-Identifier: AGPL-3.0-or-later
// What the parts of a new module ask for, declare and let an administrator set.
#include "module_parts.hpp"

#include <algorithm>
#include <sstream>

namespace rapt::author {

namespace {

using Texts = std::map<std::string, std::string>;

std::string capitalized(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

/// link-fence: LinkFence
std::string class_name(const std::string& name) {
  std::string out, part;
  std::istringstream parts(name);
  while (std::getline(parts, part, '-')) out += capitalized(part);
  return out;
}

std::string with(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

std::string joined(const std::vector<std::string>& list, const std::string& between) {
  std::string out;
  for (const auto& one : list) out += (out.empty() ? "" : between) + one;
  return out;
}

bool has(const NewModule& wanted, const char* part) {
  return wanted.with.contains(part);
}

bool has(const NewModule& wanted, hooks::Point point) {
  return std::find(wanted.points.begin(), wanted.points.end(), point) != wanted.points.end();
}

/// The permissions that it asks for, and why.
Texts asked_by(const NewModule& wanted) {
  static const Texts reasons = {{"sql", "It keeps notes in a table of its own."},
                                {"routes", "It answers with the notes."},
                                {"jobs", "It deletes old notes at night."},
                                {"panels", "It shows how many notes there are."},
                                {"exports", "Teachers download the notes."},
                                {"http", "It looks something up at another server."},
                                {"events", "It is told when a conversation has ended, and tells others that it knows."},
                                {"auth-provider", "It tells the host who somebody is, by what the provider says."}};
  Texts out;
  for (const auto& part : wanted.with) out[part] = reasons.at(part);
  if (has(wanted, "http")) {
    out.try_emplace("jobs", "It looks things up in the background.");
    out["secrets"] = "The host shows the token of the settings to that server.";
    out["kv"] = "It keeps what it has found.";
  }
  if (has(wanted, "events")) out.try_emplace("kv", "It keeps which conversation ended last.");
  if (has(wanted, "auth-provider")) out.try_emplace("http", "The host asks the provider for it.");
  return out;
}

std::string permissions_of(const NewModule& wanted) {
  std::vector<std::string> list, hosts;
  if (has(wanted, "http")) hosts.emplace_back(R"("api.example.org")");
  if (has(wanted, "auth-provider")) hosts.emplace_back(R"("@settings")");
  for (const auto& [name, reason] : asked_by(wanted))
    list.push_back("\n    { \"name\": \"" + name + "\", \"reason\": \"" + reason + "\"" +
                   (name == "http" ? ", \"hosts\": [" + joined(hosts, ", ") + "]" : "") + " }");
  return list.empty() ? "[]" : "[" + joined(list, ",") + "\n  ]";
}

/// The same for the test kit: "jobs", "sql".
std::string grants_of(const NewModule& wanted) {
  std::vector<std::string> list;
  for (const auto& [name, reason] : asked_by(wanted)) list.push_back("\"" + name + "\"");
  return joined(list, ", ");
}

std::string jobs_of(const NewModule& wanted) {
  std::vector<std::string> list;
  if (has(wanted, "jobs")) list.emplace_back(R"({ "name": "tidy", "cron": "30 3 * * *" })");
  if (has(wanted, "http")) list.emplace_back(R"({ "name": "look-up", "cron": "0 * * * *", "timeout_ms": 15000 })");
  return "[" + joined(list, ", ") + "]";
}

/// The properties of its JSON Schema.
std::string settings_of(const NewModule& wanted) {
  std::vector<std::string> list;
  const auto add = [&list](bool there, const char* property) {
    if (there) list.push_back(std::string("    ") + property);
  };
  add(has(wanted, "routes"),
      R"("newest": { "description": "So many notes are listed; 50 when left out.", "type": "integer", "minimum": 1, "maximum": 200 })");
  add(has(wanted, "jobs"),
      R"("keep_days": { "description": "Notes go after so many days; 90 when left out.", "type": "integer", "minimum": 1, "maximum": 3650 })");
  add(has(wanted, "http"),
      R"("token": { "description": "That the other server gave.", "type": "string", "minLength": 1, "maxLength": 500, "x-rapt-secret": true })");
  add(has(wanted, "auth-provider"),
      R"("address": { "description": "The provider's address, https://...; its secret is set as client_secret.", "type": "string", "minLength": 9, "maxLength": 1000 })");
  add(has(wanted, "auth-provider"),
      R"("client_id": { "description": "That the provider gave.", "type": "string", "minLength": 1, "maxLength": 500 })");
  add(has(wanted, hooks::Point::kChatOnDelta),
      R"("phrase": { "description": "What is taken out of answers; \"answer key\" when left out.", "type": "string", "minLength": 3, "maxLength": 100 })");
  return joined(list, ",\n");
}

/// The oldest host that has what it needs.
std::string abi_of(const NewModule& wanted) {
  const bool alone = wanted.with.size() == 1 && has(wanted, "auth-provider");
  if (!wanted.with.empty()) return alone ? "1.2" : "1.3";
  return has(wanted, hooks::Point::kChatOnDelta) ? "1.1" : "1.0";
}

std::string hooks_of(const NewModule& wanted) {
  const std::string time = has(wanted, "sql") ? "2000" : "200";  // a question to the host waits for the database
  std::vector<std::string> list;
  for (const auto point : wanted.points)
    list.push_back("\n    { \"point\": \"" + std::string(hooks::name(point)) + "\"" +
                   (point == hooks::Point::kChatOnDelta ? R"(, "window": "token")" : "") + R"(, "timeout_ms": )" +
                   time + R"(, "on_failure": "open" })");
  return list.empty() ? "[]" : "[" + joined(list, ",") + "\n  ]";
}

std::string hook_list(const NewModule& wanted) {
  std::vector<std::string> list;
  for (const auto point : wanted.points) list.push_back("`" + std::string(hooks::name(point)) + "`");
  return list.empty() ? "" : ", asked at " + joined(list, ", ");
}

}  // namespace

std::string file_of(hooks::Point point) {
  return with(std::string(hooks::name(point)), ':', '_');
}

bool wants_one_of(const std::string& list, const NewModule& wanted) {
  std::istringstream names(list);
  for (std::string name; std::getline(names, name, ',');) {
    const auto point = hooks::parse_point(name);
    if (point ? has(wanted, *point) : has(wanted, name.c_str())) return true;
    if (name == "hooks" && !wanted.points.empty()) return true;
    if (name == "settings" && !settings_of(wanted).empty()) return true;
    if (name == "run" && !first_run(wanted).empty()) return true;
  }
  return false;
}

Texts words_of(const NewModule& wanted) {
  return {
      {"NAME", wanted.name},
      {"FILE", with(wanted.name, '-', '_')},
      {"CLASS", class_name(wanted.name)},
      {"TITLE", capitalized(with(wanted.name, '-', ' '))},
      {"PUBLISHER", wanted.publisher},
      {"HOOKS", hooks_of(wanted)},
      {"HOOK_LIST", hook_list(wanted)},
      {"ABI", abi_of(wanted)},
      {"PERMISSIONS", permissions_of(wanted)},
      {"GRANTS", grants_of(wanted)},
      {"JOBS", jobs_of(wanted)},
      {"SETTINGS", settings_of(wanted)},
      // A module with hooks is asked before anybody has set something.
      {"REQUIRED",
       has(wanted, "auth-provider") && wanted.points.empty() ? "\n  \"required\": [\"address\", \"client_id\"]," : ""},
      {"DATABASE", needs_database(wanted) ? " --database postgresql:///postgres" : ""},
      {"FIRST_RUN", first_run(wanted)}};
}

}  // namespace rapt::author
