// SPDX-License-Identifier: AGPL-3.0-or-later
// The words `release …`: what an operator does with releases of the platform.
#include <charconv>
#include <ostream>

#include <nlohmann/json.hpp>

#include "open_blobs.hpp"
#include "rapt/base/file.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"
#include "releases.hpp"
#include "version_order.hpp"
#include "words.hpp"

namespace rapt::marketplace {
namespace {

using cli::Arguments;
using cli::Console;
using nlohmann::json;
using runtime::run_blocking;

constexpr std::size_t kMostArchive = std::size_t{1} << 30, kMostNotes = 65536;
constexpr store::Statement kAdd{
    "release_words.add",
    "INSERT INTO releases (version, sort_key, channel, files, image, notes, min_from, rollout_percent) VALUES ($1, $2, "
    "$3, $4::jsonb, $5, $6, $7, $8::int)"};
constexpr store::Statement kList{
    "release_words.list",
    "SELECT version, channel, files::text AS files, image, notes, min_from, rollout_percent, halted_because, "
    "published_at, (SELECT count(*) FROM instances i WHERE i.version = r.version) AS instances FROM releases r ORDER "
    "BY "
    "sort_key COLLATE \"C\" DESC LIMIT 100"};
constexpr store::Statement kHalt{"release_words.halt", "UPDATE releases SET halted_because = $2 WHERE version = $1"};
constexpr store::Statement kResume{
    "release_words.resume", "UPDATE releases SET halted_because = NULL, watched_since = now() WHERE version = $1"};
constexpr store::Statement kRollout{"release_words.rollout",
                                    "UPDATE releases SET rollout_percent = $2::int WHERE version = $1"};

/// Runs `statement` over the registry's database.
Result<store::Rows> ask(Console& console, const Arguments& arguments, const store::Statement& statement,
                        store::Params params) {
  const auto url = database_url(console, arguments);
  if (!url) return url.error();
  store::Database database({.url = *url, .connections = 1});
  return run_blocking(database.query(statement, std::move(params)));
}

Result<int> percent_of(const std::string& text) {
  int out = -1;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault == std::errc{} && end == text.data() + text.size() && out >= 0 && out <= 100) return out;
  return Error::invalid("rollout", "must be a number from 0 to 100");
}

/// "x86_64-linux-gnu=FILE": the archive goes to the blobs, and what is returned names it.
Result<json> take_archive(const std::string& given, const std::string& version, Blobs& blobs) {
  const auto equal = given.find('=');
  if (equal == std::string::npos || equal == 0)
    return Error::invalid("file", "must be ARCHITECTURE=FILE, as x86_64-linux-gnu=raptscallions.tar.zst");
  const auto architecture = given.substr(0, equal);
  auto bytes = read_file(given.substr(equal + 1), kMostArchive);
  if (!bytes) return bytes.error();
  const auto sha256 = security::hex(security::sha256(*bytes));
  const auto size = bytes->size();
  const auto kept = run_blocking(blobs.put(sha256, std::move(*bytes)));
  if (!kept) return kept.error();
  return Result<json>(boost::system::in_place_value, json{{"architecture", architecture},
                                                          {"target_path", release_target(version, architecture)},
                                                          {"sha256", sha256},
                                                          {"bytes", size}});
}

Result<std::string> archives_of(const Arguments& arguments, const std::string& version) {
  json files = json::array();
  const auto given = arguments.lists.find("file");
  if (given == arguments.lists.end()) return files.dump();
  if (!arguments.has("blobs")) return Error::invalid("blobs", "is needed where there are files");
  const auto blobs = open_blobs(arguments.value("blobs"));
  if (!blobs) return blobs.error();
  for (const auto& one : given->second) {
    auto file = take_archive(one, version, **blobs);
    if (!file) return file.error();
    files.push_back(std::move(*file));
  }
  return files.dump();
}

Result<store::Params> new_release(const Arguments& arguments) {
  const auto& version = arguments.positional[0];
  const auto parsed = Version::parse(version);
  if (!parsed) return Error::invalid("version", "must be a semantic version such as 1.2.3");
  const auto channel = arguments.value("channel", parsed->is_prerelease() ? "beta" : "stable");
  if (!parse_channel(channel)) return Error::invalid("channel", "must be stable or beta");
  if (parsed->is_prerelease() && channel == "stable")
    return Error::invalid("channel", "must be beta: " + version + " is a pre-release");
  const auto percent = percent_of(arguments.value("rollout", "100"));
  if (!percent) return percent.error();
  const auto least = arguments.value("min-from");
  if (!least.empty() && !Version::parse(least)) return Error::invalid("min-from", "must be a semantic version");
  std::string notes;
  if (arguments.has("notes")) {
    auto read = read_file(arguments.value("notes"), kMostNotes);
    if (!read) return read.error();
    notes = std::move(*read);
  }
  const auto files = archives_of(arguments, version);
  if (!files) return files.error();
  return store::params(version, sort_key(*parsed), channel, *files, arguments.value("image"), notes, least, *percent);
}

int run_add(Console& console, const Arguments& arguments) {
  auto params = new_release(arguments);
  if (!params) return cli::report(console, params.error());
  const auto added = ask(console, arguments, kAdd, std::move(*params));
  if (!added && added.error().kind == ErrorKind::kConflict)
    return cli::report(console, Error::conflict("There is a release " + arguments.positional[0] + " already."));
  if (!added) return cli::report(console, added.error());
  if (console.json) {
    cli::print_json(console.out, {{"version", arguments.positional[0]}});
  } else {
    console.out << "Release " << arguments.positional[0]
                << " is offered. Hosts believe it once the role \"releases\" has signed its files: see "
                   "rapt-marketplace root --help.\n";
  }
  return cli::kOk;
}

int run_list(Console& console, const Arguments& arguments) {
  const auto rows = ask(console, arguments, kList, {});
  if (!rows) return cli::report(console, rows.error());
  json all = json::array();
  cli::Table table({"VERSION", "CHANNEL", "ROLL-OUT", "INSTANCES", "HALTED"});
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    all.push_back(release_view(row));
    all.back()["instances"] = row.integer("instances");
    table.add({row.text("version"), row.text("channel"), std::to_string(row.integer("rollout_percent")) + " %",
               std::to_string(row.integer("instances")), row.text("halted_because")});
  }
  if (console.json) {
    cli::print_json(console.out, all);
  } else {
    table.print(console.out);
  }
  return cli::kOk;
}

/// A change of one release: tells what is so now.
int change(Console& console, const Arguments& arguments, const store::Statement& statement, store::Params params,
           const std::string& told) {
  const auto& version = arguments.positional[0];
  const auto done = ask(console, arguments, statement, std::move(params));
  if (!done) return cli::report(console, done.error());
  if (done->affected() == 0) return cli::report(console, Error::not_found("release " + version));
  if (console.json) {
    cli::print_json(console.out, {{"version", version}});
  } else {
    console.out << "Release " << version << " " << told << ".\n";
  }
  return cli::kOk;
}

int run_halt(Console& console, const Arguments& arguments) {
  const auto because = arguments.value("because");
  if (because.empty()) return cli::usage_fault(console, "Say why: --because \"a sentence\".");
  return change(console, arguments, kHalt, store::params(arguments.positional[0], because), "is halted");
}

int run_resume(Console& console, const Arguments& arguments) {
  return change(console, arguments, kResume, store::params(arguments.positional[0]), "is offered again");
}

int run_rollout(Console& console, const Arguments& arguments) {
  const auto percent = percent_of(arguments.positional[1]);
  if (!percent) return cli::report(console, percent.error());
  return change(console, arguments, kRollout, store::params(arguments.positional[0], *percent),
                "goes to " + std::to_string(*percent) + " of 100 instances");
}

}  // namespace

std::vector<cli::Command> release_words() {
  return {
      {"release add",
       "VERSION",
       1,
       1,
       "Offers a release of the platform.",
       "rapt-marketplace release add 1.2.0 --file x86_64-linux-gnu=raptscallions-1.2.0.tar.zst --blobs /srv/blobs "
       "--rollout 10",
       {kDatabaseOption,
        {"file", "ARCHITECTURE=FILE", "an archive; several times for several architectures", true},
        {"blobs", "DIR", "where archives are kept, as of serve"},
        {"channel", "NAME", "stable or beta; else by the version"},
        {"image", "NAME@DIGEST", "for Docker and Kubernetes"},
        {"notes", "FILE", "what has changed, Markdown"},
        {"min-from", "VERSION", "the oldest that may go to it at once"},
        {"rollout", "PERCENT", "of the instances that get it at first; else 100"}},
       run_add},
      {"release list",
       "",
       0,
       0,
       "Shows the releases, newest first.",
       "rapt-marketplace release list --json",
       {kDatabaseOption},
       run_list},
      {"release halt",
       "VERSION",
       1,
       1,
       "Stops offering a release.",
       "rapt-marketplace release halt 1.2.0 --because \"It forgets logins.\"",
       {kDatabaseOption, {"because", "SENTENCE", "shown to everybody"}},
       run_halt},
      {"release resume",
       "VERSION",
       1,
       1,
       "Offers a halted release again; what instances have reported before no longer counts.",
       "rapt-marketplace release resume 1.2.0",
       {kDatabaseOption},
       run_resume},
      {"release rollout",
       "VERSION PERCENT",
       2,
       2,
       "Sets how many of a hundred instances get a release.",
       "rapt-marketplace release rollout 1.2.0 50",
       {kDatabaseOption},
       run_rollout},
  };
}

}  // namespace rapt::marketplace
