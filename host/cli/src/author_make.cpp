// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt new, rapt build: the folder of a module, and what becomes of it.
#include <algorithm>
#include <filesystem>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "author_commands.hpp"
#include "author_subject.hpp"
#include "rapt/author/builder.hpp"
#include "rapt/author/scaffold.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// "chat:after_ai,chat:on_delta" as points; nullopt when one of them is none.
std::optional<std::vector<hooks::Point>> points_of(const std::string& list, std::string& wrong) {
  std::vector<hooks::Point> points;
  std::istringstream names(list);
  for (std::string name; std::getline(names, name, ',');) {
    const auto point = hooks::parse_point(name);
    if (!point) {
      wrong = name;
      return std::nullopt;
    }
    if (std::find(points.begin(), points.end(), *point) == points.end()) points.push_back(*point);
  }
  return points;
}

/// "routes,jobs"; nullopt when one of them is none.
std::optional<std::set<std::string>> parts_of(const std::string& list, std::string& wrong) {
  std::set<std::string> parts;
  std::istringstream names(list);
  for (std::string name; std::getline(names, name, ',');) {
    if (std::find(author::kParts.begin(), author::kParts.end(), name) == author::kParts.end()) {
      wrong = name;
      return std::nullopt;
    }
    parts.insert(name);
  }
  return parts;
}

/// "sql, routes and jobs"
std::string part_list() {
  std::string out;
  for (const auto part : author::kParts)
    out += (out.empty() ? "" : part == author::kParts.back() ? " and " : ", ") + std::string(part);
  return out;
}

void show_new(std::ostream& out, const author::NewModule& made, const std::vector<fs::path>& files) {
  const auto folder = made.folder.string();
  out << "Made " << folder << ":\n";
  for (const auto& path : files) out << "  " << path.string() << "\n";
  out << "\nNext, in that folder:\n  rapt build --test\n";
  if (const auto run = author::first_run(made); !run.empty()) out << "  " << run << "\n";
  out << "  rapt check" << (author::needs_database(made) ? " --database postgresql:///postgres" : "") << "\n";
}

}  // namespace

int run_new(Console& console, const Arguments& arguments) {
  const auto language = arguments.value("language", "cpp");
  if (language != "c" && language != "cpp" && language != "rust")
    return usage_fault(console, "--language is c, cpp or rust, not \"" + printable(language, 40) + "\".");
  std::string wrong;
  const auto with = parts_of(arguments.value("with"), wrong);
  if (!with) return usage_fault(console, "--with takes " + part_list() + ", not \"" + printable(wrong, 40) + "\".");
  const auto points = points_of(arguments.value("hook", with->empty() ? "chat:after_ai" : ""), wrong);
  if (!points) return usage_fault(console, "There is no hook \"" + printable(wrong, 40) + "\".");
  const auto sdk = sdk_of(console, arguments);
  if (!sdk) return report(console, sdk.error());
  const auto& name = arguments.positional[0];
  const auto wanted = author::completed(
      {name, language, arguments.value("publisher", "my-school"), *points, arguments.value("dir", name), *with});
  const auto files = author::create_module(*sdk, wanted);
  if (!files) return report(console, files.error());
  if (console.json) {
    json out = {{"folder", fs::absolute(wanted.folder).string()}, {"files", json::array()}};
    for (const auto& file : *files) out["files"].push_back(file.string());
    print_json(console.out, out);
  } else {
    show_new(console.out, wanted, *files);
  }
  return kOk;
}

int run_build(Console& console, const Arguments& arguments) {
  const auto sdk = sdk_of(console, arguments);
  if (!sdk) return report(console, sdk.error());
  const fs::path source = arguments.positional.empty() ? "." : arguments.positional[0];
  const auto built =
      author::build_module({source, arguments.value("out"), *sdk, arguments.has("test")}, console.environment);
  if (!built) return report(console, built.error());
  // What a host would refuse, its author hears here.
  const auto subject = author::read_subject(built->stage);
  if (!subject) return report(console, subject.error());
  if (arguments.has("test") && !built->tested) console.err << "rapt: The module has no tests of its own.\n";
  if (console.json) {
    print_json(console.out, {{"name", built->name},
                             {"version", built->version},
                             {"stage", built->stage.string()},
                             {"tested", built->tested},
                             {"time_ms", built->took.count()}});
  } else {
    console.out << built->name << " " << built->version << (built->tested ? ", tested" : "") << ": "
                << built->stage.string() << "\n";
  }
  return kOk;
}

}  // namespace rapt::cli
