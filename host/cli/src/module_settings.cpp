// SPDX-License-Identifier: AGPL-3.0-or-later
// `rapt module settings`: what a module is told, in the system or in a group.
#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>

#include <nlohmann/json.hpp>

#include "module_commands.hpp"
#include "people.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/module_settings/settings.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using module_settings::Administration;
using module_settings::Change;
using module_settings::ConfigSchema;
using module_settings::Place;
using nlohmann::json;
using runtime::run_blocking;

constexpr std::size_t kMaxSecret = 8192;

std::vector<std::string> list_of(const Arguments& arguments, std::string_view name) {
  const auto found = arguments.lists.find(name);
  return found == arguments.lists.end() ? std::vector<std::string>{} : found->second;
}

bool changes_something(const Arguments& arguments) {
  return arguments.has("secret") || !arguments.lists.empty();
}

/// What a file or a pipe gives ends with a line break that nobody means.
Result<std::string> read_secret(Console& console, const Arguments& arguments) {
  std::string text;
  if (arguments.has("secret-file")) {
    auto read = read_file(arguments.value("secret-file"), kMaxSecret + 2);
    if (!read) return read.error();
    text = std::move(*read);
  } else {
    for (char c = 0; text.size() < kMaxSecret + 2 && console.in.get(c);) text += c;
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty())
    return Error::invalid("", "The secret is empty: write it to standard input, or give --secret-file.");
  return text;
}

Result<void> set_one(json& settings, const std::string& word) {
  const auto equals = word.find('=');
  const auto key = word.substr(0, equals);
  if (equals == std::string::npos || key.empty())
    return Error::invalid("", "\"" + printable(word, 60) + "\" is no KEY=JSON: say --set max_words=80.");
  auto value = json::parse(word.substr(equals + 1), nullptr, false);
  if (value.is_discarded()) {
    return Error::invalid("", "The value of \"" + printable(key, 60) +
                                  "\" is no JSON: a text needs quotes, as in --set 'note=\"a text\"'.");
  }
  settings[key] = std::move(value);
  return {};
}

/// The settings of now with what the command line says.
Result<Change> change_of(Console& console, const Arguments& arguments, const module_settings::Settings& present,
                         const ConfigSchema& schema) {
  Change change;
  auto settings = json::parse(present.settings_json);
  for (const auto& word : list_of(arguments, "set")) RAPT_TRY(set_one(settings, word));
  for (const auto& key : list_of(arguments, "unset")) {
    const auto* property = schema.find(key);
    const bool sealed = std::find(present.secrets.begin(), present.secrets.end(), key) != present.secrets.end();
    if (sealed) change.secrets[key] = std::nullopt;
    if (!sealed && settings.erase(key) == 0 && property == nullptr)
      return Error::invalid("", "The module has no property \"" + printable(key, 60) + "\".");
  }
  if (arguments.has("secret")) {
    auto text = read_secret(console, arguments);
    if (!text) return text.error();
    change.secrets[arguments.value("secret")] = std::move(*text);
  }
  change.settings_json = settings.dump();
  return change;
}

json as_json(const module_settings::InForce& one) {
  return {{"name", one.property.name},
          {"secret", one.property.secret},
          {"set", one.set},
          {"value", one.value_json ? json::parse(*one.value_json) : json(nullptr)},
          {"source", one.source ? json{{"kind", one.source->kind}, {"id", one.source->id}, {"name", one.source->name}}
                                : json(nullptr)},
          {"narrow", std::string(name(one.property.narrow))}};
}

std::string from(const module_settings::InForce& one) {
  if (!one.source) return "-";
  return one.source->kind == "group" ? "group " + one.source->name : one.source->kind;
}

std::string shown(const module_settings::InForce& one) {
  if (one.property.secret) return one.set ? "(set)" : "(not set)";
  return one.value_json.value_or("(not set)");
}

void tell(Console& console, const std::string& module, const std::vector<module_settings::InForce>& all) {
  if (console.json) {
    json list = json::array();
    for (const auto& one : all) list.push_back(as_json(one));
    print_json(console.out, {{"module", module}, {"properties", std::move(list)}});
    return;
  }
  if (all.empty()) {
    console.out << module << " has no settings.\n";
    return;
  }
  Table table({"PROPERTY", "VALUE", "FROM", "A TOOL MAY"});
  for (const auto& one : all) {
    const auto narrow = std::string(name(one.property.narrow));
    table.add({one.property.name, shown(one), from(one),
               one.property.secret || narrow == "fixed" ? "not set it"
               : narrow.empty()                         ? "set it"
                                                        : "narrow it (" + narrow + ")"});
  }
  table.print(console.out);
}

}  // namespace

int run_module_settings(Console& console, const Arguments& arguments) {
  if (arguments.has("secret-file") && !arguments.has("secret"))
    return usage_fault(console, "Say with --secret KEY which secret the file holds.");
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto found = find_installed(*instance, arguments.positional[0]);
  if (!found) return report(console, found.error());
  auto people = open_people(console);
  if (!people) return report(console, people.error());
  Place place{.module = found->name};
  if (arguments.has("group")) {
    const auto group = (*people)->group(arguments.value("group"));
    if (!group) return report(console, group.error());
    place.group = group->id;
  }
  const auto text = run_blocking(instance->installer->config_schema(found->name));
  if (!text) return report(console, text.error());
  const auto schema = ConfigSchema::compile(*text);
  if (!schema) return report(console, schema.error());
  Administration administration(*instance->database, (*people)->box);
  const auto& machine = (*people)->machine;
  if (changes_something(arguments)) {
    const auto present = run_blocking(administration.find(machine, place));
    if (!present) return report(console, present.error());
    auto change = change_of(console, arguments, *present, *schema);
    if (!change) return report(console, change.error());
    const auto changed =
        run_blocking(administration.replace(machine, place, *schema, std::move(*change), present->updated_at));
    if (!changed) return report(console, changed.error());
  }
  const auto all = run_blocking(administration.resolved(machine, place, *schema));
  if (!all) return report(console, all.error());
  tell(console, found->name, *all);
  return kOk;
}

}  // namespace rapt::cli
