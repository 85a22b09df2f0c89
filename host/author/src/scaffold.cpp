// SPDX-License-Identifier: AGPL-3.0-or-later
// A template is a file. `@WORD@` in it, or in its name, is replaced; what stands between a line "@@hook POINT,POINT"
// and
// "@@end" is there for these hooks alone; "@@with PART,PART" and "@@without PART" likewise for parts ("hooks" and
// "run", what can be tried with `rapt run`, are among them), one within the other. contexts/POINT.json belongs to that
// hook, requests/route.json and so on and sql/ to their parts; `gitignore` gets its dot.
#include "rapt/author/scaffold.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <sstream>

#include <nlohmann/json.hpp>

#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"

namespace rapt::author {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kTemplateBytes = std::size_t{1} << 20;

using Words = std::map<std::string, std::string>;

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

std::string file_of(hooks::Point point) {
  return with(std::string(hooks::name(point)), ':', '_');
}

/// What the commands that try it out need.
std::string database_of(const NewModule& wanted) {
  return needs_database(wanted) ? " --database postgresql:///postgres" : "";
}

/// What it asks for, and why.
std::map<std::string, std::string> asked_by(const NewModule& wanted) {
  static const std::map<std::string, std::string> reasons = {
      {"sql", "It keeps notes in a table of its own."},
      {"routes", "It answers with the notes."},
      {"jobs", "It deletes old notes at night."},
      {"panels", "It shows how many notes there are."},
      {"http", "It looks something up at another server."},
      {"auth-provider", "It tells the host who somebody is, by what the provider says."}};
  std::map<std::string, std::string> out;
  for (const auto& part : wanted.with) out[part] = reasons.at(part);
  if (wanted.with.contains("http")) out.try_emplace("jobs", "It looks things up in the background.");
  if (wanted.with.contains("auth-provider")) out.try_emplace("http", "The host asks the provider for it.");
  return out;
}

std::string hosts_of(const NewModule& wanted) {
  std::string out = wanted.with.contains("http") ? R"("api.example.org")" : "";
  if (wanted.with.contains("auth-provider")) out += out.empty() ? R"("@settings")" : R"(, "@settings")";
  return ", \"hosts\": [" + out + "]";
}

std::string permissions_of(const NewModule& wanted) {
  std::string list;
  for (const auto& [name, reason] : asked_by(wanted))
    list += std::string(list.empty() ? "" : ",") + "\n    { \"name\": \"" + name + "\", \"reason\": \"" + reason +
            "\"" + (name == "http" ? hosts_of(wanted) : "") + " }";
  return list.empty() ? "[]" : "[" + list + "\n  ]";
}

/// The same for the test kit: "jobs", "sql".
std::string grants_of(const NewModule& wanted) {
  std::string list;
  for (const auto& [name, reason] : asked_by(wanted)) list += (list.empty() ? "\"" : ", \"") + name + "\"";
  return list;
}

std::string jobs_of(const NewModule& wanted) {
  std::string list = wanted.with.contains("jobs") ? R"({ "name": "tidy", "cron": "30 3 * * *" })" : "";
  if (wanted.with.contains("http")) list += (list.empty() ? "" : ", ") + std::string(R"({ "name": "look-up" })");
  return "[" + list + "]";
}

Words words_of(const NewModule& wanted) {
  std::string list, declared;
  for (const auto point : wanted.points) {
    const std::string name(hooks::name(point));
    list += (list.empty() ? "`" : ", `") + name + "`";
    declared += std::string(declared.empty() ? "" : ",") + "\n    " + R"({ "point": ")" + name +
                R"(", "timeout_ms": 200, "on_failure": "open" })";
  }
  return {{"NAME", wanted.name},
          {"FILE", with(wanted.name, '-', '_')},
          {"CLASS", class_name(wanted.name)},
          {"TITLE", capitalized(with(wanted.name, '-', ' '))},
          {"PUBLISHER", wanted.publisher},
          {"HOOKS", declared.empty() ? "[]" : "[" + declared + "\n  ]"},
          {"HOOK_LIST", list.empty() ? "" : ", asked at " + list},
          {"ABI", wanted.with.empty() ? "1.0" : "1.3"},
          {"PERMISSIONS", permissions_of(wanted)},
          {"GRANTS", grants_of(wanted)},
          {"JOBS", jobs_of(wanted)},
          {"DATABASE", database_of(wanted)},
          {"FIRST_RUN", first_run(wanted)}};
}

std::string replaced(std::string text, const Words& words) {
  for (const auto& [word, value] : words) {
    const auto mark = "@" + word + "@";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
      text.replace(at, mark.size(), value);
  }
  return text;
}

bool names_one_of(const std::string& list, const std::vector<hooks::Point>& points) {
  std::istringstream names(list);
  for (std::string name; std::getline(names, name, ',');) {
    for (const auto point : points) {
      if (hooks::name(point) == name) return true;
    }
  }
  return false;
}

bool has_one_of(const std::string& list, const NewModule& wanted) {
  std::istringstream names(list);
  for (std::string name; std::getline(names, name, ',');) {
    if (wanted.with.contains(name) || (name == "hooks" && !wanted.points.empty())) return true;
    if (name == "run" && !first_run(wanted).empty()) return true;
  }
  return false;
}

std::string chosen_parts(const std::string& text, const NewModule& wanted) {
  constexpr std::string_view kHook = "@@hook ", kWith = "@@with ", kWithout = "@@without ", kEnd = "@@end";
  std::istringstream lines(text);
  std::string out;
  std::vector<bool> chosen;  // one for each part that is open
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kHook)) {
      chosen.push_back(names_one_of(line.substr(kHook.size()), wanted.points));
    } else if (line.starts_with(kWith)) {
      chosen.push_back(has_one_of(line.substr(kWith.size()), wanted));
    } else if (line.starts_with(kWithout)) {
      chosen.push_back(!has_one_of(line.substr(kWithout.size()), wanted));
    } else if (line == kEnd) {
      if (!chosen.empty()) chosen.pop_back();
    } else if (std::all_of(chosen.begin(), chosen.end(), [](bool one) { return one; })) {
      out += line + "\n";
    }
  }
  return out;
}

bool is_wanted(const fs::path& inside, const NewModule& wanted) {
  const auto folder = inside.parent_path();
  if (folder == "sql") return wanted.with.contains("sql");
  if (inside == "requests/job-look-up.json") return wanted.with.contains("http");
  if (folder == "requests") return wanted.with.contains(inside.stem().string() + "s");
  if (folder != "contexts") return true;
  return std::any_of(wanted.points.begin(), wanted.points.end(),
                     [&](hooks::Point point) { return inside.stem() == file_of(point); });
}

Result<void> copy_templates(const fs::path& from, const NewModule& wanted, const fs::path& to,
                            std::vector<fs::path>& written) {
  const auto words = words_of(wanted);
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const auto inside = entry.path().lexically_relative(from);
    if (!entry.is_regular_file() || !is_wanted(inside, wanted)) continue;
    const auto text = read_file(entry.path(), kTemplateBytes);
    if (!text) return text.error();
    fs::path name = inside == "gitignore" ? ".gitignore" : replaced(inside.string(), words);
    fs::create_directories((to / name).parent_path());
    RAPT_TRY(write_file_atomically(to / name, replaced(chosen_parts(*text, wanted), words)));
    written.push_back(std::move(name));
  }
  return {};
}

Result<void> check(const NewModule& wanted) {
  constexpr const char* kForm = " 2 to 63 lower-case letters, digits and hyphens, and begins with a letter.";
  if (!bundle::is_valid_name(wanted.name)) return Error::invalid("name", std::string("A module's name has") + kForm);
  if (!bundle::is_valid_name(wanted.publisher))
    return Error::invalid("publisher", std::string("A publisher's name has") + kForm);
  const bool has_calls =
      std::any_of(wanted.with.begin(), wanted.with.end(), [](const auto& one) { return one != "sql"; });
  if (wanted.points.empty() && !has_calls) return Error::invalid("hook", "A module needs at least one hook.");
  if (wanted.language == "c" && !wanted.with.empty())
    return Error::invalid("with", "Templates with sql, routes, jobs and panels are there for C++ and Rust.");
  if (wanted.language != "cpp" && (wanted.with.contains("http") || wanted.with.contains("auth-provider")))
    return Error::invalid("with", "Templates with http and auth-provider are there for C++.");
  return {};
}

Error cannot_write(const fs::path& folder, const std::string& why) {
  return Error::invalid("", "The folder " + folder.string() + " cannot be made: " + why + ".");
}

/// Gives the whole folder its name, unless somebody else has that by now.
Result<void> move_into_place(const fs::path& made, const fs::path& folder) {
  if (renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, folder.c_str(), RENAME_NOREPLACE) == 0) return {};
  const auto why = std::error_code(errno, std::generic_category()).message();
  if (errno == EEXIST) return Error::conflict(folder.string() + " exists already; nothing was changed.");
  return cannot_write(folder, why);
}

std::vector<fs::path> folders_of(const Sdk& sdk, const std::string& language) {
  std::vector<fs::path> folders = {sdk.templates() / "common", sdk.templates() / language};
  if (language != "rust") folders.push_back(sdk.templates() / "kit");
  return folders;
}

}  // namespace

bool needs_database(const NewModule& wanted) {
  return std::any_of(wanted.with.begin(), wanted.with.end(), [](const auto& one) {
    return one == "sql" || one == "routes" || one == "jobs" || one == "panels";
  });
}

std::string first_run(const NewModule& wanted) {
  const auto run = "rapt run ";
  if (!wanted.points.empty()) {
    const auto point = wanted.points.front();
    return run + std::string(hooks::name(point)) + " --context contexts/" + file_of(point) + ".json" +
           database_of(wanted);
  }
  for (const std::string call : {"route", "panel", "job"}) {
    if (wanted.with.contains(call + "s"))
      return run + call + " --request requests/" + call + ".json" + database_of(wanted);
  }
  if (wanted.with.contains("http")) return run + std::string("job --request requests/job-look-up.json --network");
  return "";
}

Result<std::vector<fs::path>> create_module(const Sdk& sdk, const NewModule& asked) {
  auto wanted = asked;
  if (needs_database(wanted)) wanted.with.insert("sql");
  RAPT_TRY(check(wanted));
  std::error_code failure;
  if (fs::symlink_status(wanted.folder, failure).type() != fs::file_type::not_found)
    return Error::conflict(wanted.folder.string() + " exists already; nothing was changed.");
  const auto folder = fs::absolute(wanted.folder).lexically_normal();
  const auto made = folder.parent_path() / ("." + wanted.name + "-" + new_uuid());
  std::vector<fs::path> written;
  Result<void> done;
  try {
    fs::create_directories(made);
    for (const auto& from : folders_of(sdk, wanted.language)) {
      if (done) done = copy_templates(from, wanted, made, written);
    }
  } catch (const fs::filesystem_error& error) {
    done = cannot_write(folder, error.code().message());
  }
  if (done) done = move_into_place(made, folder);
  if (!done) {
    fs::remove_all(made, failure);
    return done.error();
  }
  std::sort(written.begin(), written.end());
  return written;
}

}  // namespace rapt::author
