// SPDX-License-Identifier: AGPL-3.0-or-later
// A template is a file. `@WORD@` in it, or in its name, is replaced. What stands between a line "@@with ONE,OTHER" and
// "@@end" is there where one of these hooks and parts is wanted, what stands behind "@@without ONE" where none is; one
// within the other. A file of which nothing is left is not made, nor contexts/POINT.json of another hook. `gitignore`
// gets its dot.
#include "rapt/author/scaffold.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <algorithm>
#include <sstream>

#include "module_parts.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"

namespace rapt::author {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kTemplateBytes = std::size_t{1} << 20;

std::string replaced(std::string text, const std::map<std::string, std::string>& words) {
  for (const auto& [word, value] : words) {
    const auto mark = "@" + word + "@";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
      text.replace(at, mark.size(), value);
  }
  return text;
}

std::string chosen_parts(const std::string& text, const NewModule& wanted) {
  constexpr std::string_view kWith = "@@with ", kWithout = "@@without ", kEnd = "@@end";
  std::istringstream lines(text);
  std::string out;
  std::vector<bool> chosen;  // one for each part that is open
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kWith)) {
      chosen.push_back(wants_one_of(line.substr(kWith.size()), wanted));
    } else if (line.starts_with(kWithout)) {
      chosen.push_back(!wants_one_of(line.substr(kWithout.size()), wanted));
    } else if (line == kEnd) {
      if (!chosen.empty()) chosen.pop_back();
    } else if (std::all_of(chosen.begin(), chosen.end(), [](bool one) { return one; })) {
      out += line + "\n";
    }
  }
  return out;
}

bool is_wanted(const fs::path& inside, const NewModule& wanted) {
  return inside.parent_path() != "contexts" ||
         std::any_of(wanted.points.begin(), wanted.points.end(),
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
    const auto chosen = replaced(chosen_parts(*text, wanted), words);
    if (chosen.empty()) continue;
    fs::path name = inside == "gitignore" ? ".gitignore" : replaced(inside.string(), words);
    fs::create_directories((to / name).parent_path());
    RAPT_TRY(write_file_atomically(to / name, chosen));
    written.push_back(std::move(name));
  }
  return {};
}

Result<void> check(const NewModule& wanted) {
  constexpr const char* kForm = " 2 to 63 lower-case letters, digits and hyphens, and begins with a letter.";
  if (!bundle::is_valid_name(wanted.name)) return Error::invalid("name", std::string("A module's name has") + kForm);
  if (!bundle::is_valid_name(wanted.publisher))
    return Error::invalid("publisher", std::string("A publisher's name has") + kForm);
  if (wanted.points.empty() && wanted.with.empty())
    return Error::invalid("hook", "A module needs at least one hook, or a part that the host asks for.");
  for (const auto& part : wanted.with) {
    if (std::find(kParts.begin(), kParts.end(), part) == kParts.end())
      return Error::invalid("with", "There is no part \"" + printable(part, 40) + "\" of a module.");
  }
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
    return one == "sql" || one == "routes" || one == "jobs" || one == "panels" || one == "exports";
  });
}

std::string first_run(const NewModule& wanted) {
  const std::string database = needs_database(wanted) ? " --database postgresql:///postgres" : "";
  if (!wanted.points.empty()) {
    const auto point = wanted.points.front();
    return "rapt run " + std::string(hooks::name(point)) + " --context contexts/" + file_of(point) + ".json" + database;
  }
  for (const std::string call : {"route", "panel", "job", "export", "event"}) {
    if (wanted.with.contains(call + "s"))
      return "rapt run " + call + " --request requests/" + call + ".json" + database;
  }
  if (wanted.with.contains("http")) return "rapt run job --request requests/job-look-up.json";
  return "";
}

NewModule completed(NewModule wanted) {
  if (wanted.with.contains("sql")) wanted.with.insert({"routes", "panels"});
  if (needs_database(wanted)) wanted.with.insert("sql");
  return wanted;
}

Result<std::vector<fs::path>> create_module(const Sdk& sdk, const NewModule& asked) {
  const auto wanted = completed(asked);
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
