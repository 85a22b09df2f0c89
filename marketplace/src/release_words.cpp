// SPDX-License-Identifier: AGPL-3.0-or-later
// The words `release …`: what an operator does with releases of the platform.
#include <charconv>
#include <ostream>

#include <nlohmann/json.hpp>

#include "open_blobs.hpp"
#include "platform_release.hpp"
#include "rapt/base/file.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"
#include "release_archive.hpp"
#include "releases.hpp"
#include "words.hpp"

namespace rapt::marketplace {
namespace {

using cli::Arguments;
using cli::Console;
using nlohmann::json;
using runtime::run_blocking;

constexpr std::size_t kMostReleaseDocument = std::size_t{4} << 20;
constexpr store::Statement kListReleases{
    "release_words.list",
    "SELECT version, channel, files::text AS files, image, notes, min_from, schema_from, withdrawn_because, "
    "rollout_percent, halted_because, "
    "published_at, (SELECT count(*) FROM instances i WHERE i.version = r.version) AS instances FROM releases r ORDER "
    "BY "
    "sort_key COLLATE \"C\" DESC LIMIT 100"};
constexpr store::Statement kHalt{"release_words.halt", "UPDATE releases SET halted_because = $2 WHERE version = $1"};
constexpr store::Statement kResume{
    "release_words.resume", "UPDATE releases SET halted_because = NULL, watched_since = now() WHERE version = $1"};
constexpr store::Statement kRollout{"release_words.rollout",
                                    "UPDATE releases SET rollout_percent = $2::int WHERE version = $1"};

/// Runs `statement` over the registry's database.
Result<store::Rows> ask_releases(Console& console, const Arguments& arguments, const store::Statement& statement,
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

/// Where `release add` puts what it takes in.
struct Place {
  store::Database database;
  std::shared_ptr<Repository> repository;
  std::unique_ptr<Blobs> blobs;
};

Result<std::unique_ptr<Place>> open_place(Console& console, const Arguments& arguments, const Clock& clock) {
  for (const auto* needed : {"document", "blobs", "keys"})
    if (!arguments.has(needed)) return Error::invalid(needed, "is needed: see rapt-marketplace release add --help");
  const auto url = database_url(console, arguments);
  if (!url) return url.error();
  auto repository = Repository::open(arguments.value("keys"), clock);
  if (!repository) return repository.error();
  auto blobs = open_blobs(arguments.value("blobs"));
  if (!blobs) return blobs.error();
  return std::unique_ptr<Place>(
      new Place{store::Database({.url = *url, .connections = 1}), std::move(*repository), std::move(*blobs)});
}

/// As a key holder would hand it in over the network.
Result<PlatformChange> add(Place& place, const Arguments& arguments) {
  const auto percent = percent_of(arguments.value("rollout", "100"));
  if (!percent) return percent.error();
  auto document = read_file(arguments.value("document"), kMostReleaseDocument);
  if (!document) return document.error();
  for (const auto& path : arguments.positional) {
    auto archive = look_at_archive(path);
    if (!archive) return archive.error();
    const auto& manifest = archive->manifest;
    const auto here =
        run_blocking(has_archive(place.database, manifest.version, manifest.architecture, archive->sha256));
    if (!here) return here.error();
    if (*here) continue;
    RAPT_TRY(run_blocking(keep_archive(place.database, *place.blobs, std::move(*archive), path)));
  }
  return run_blocking(
      publish_platform(place.database, *place.repository, *place.blobs, std::move(*document), *percent));
}

int run_add(Console& console, const Arguments& arguments) {
  const SystemClock clock;
  const auto place = open_place(console, arguments, clock);
  if (!place) return cli::report(console, place.error());
  const auto done = add(**place, arguments);
  if (!done) return cli::report(console, done.error());
  if (console.json) {
    cli::print_json(console.out, {{"version", done->document},
                                  {"published", done->published},
                                  {"withdrawn", done->withdrawn},
                                  {"restored", done->restored}});
    return cli::kOk;
  }
  for (const auto& version : done->published) console.out << "Release " << version << " is published.\n";
  for (const auto& version : done->withdrawn) console.out << "Release " << version << " is withdrawn.\n";
  for (const auto& version : done->restored) console.out << "Release " << version << " may be taken again.\n";
  console.out << "The document of the releases is number " << done->document << ".\n";
  return cli::kOk;
}

int run_release_list(Console& console, const Arguments& arguments) {
  const auto rows = ask_releases(console, arguments, kListReleases, {});
  if (!rows) return cli::report(console, rows.error());
  json all = json::array();
  cli::Table table({"VERSION", "CHANNEL", "ROLL-OUT", "INSTANCES", "HALTED OR WITHDRAWN"});
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    all.push_back(release_view(row));
    all.back()["instances"] = row.integer("instances");
    table.add({row.text("version"), row.text("channel"), std::to_string(row.integer("rollout_percent")) + " %",
               std::to_string(row.integer("instances")),
               row.text(row.is_null("withdrawn_because") ? "halted_because" : "withdrawn_because")});
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
  const auto done = ask_releases(console, arguments, statement, std::move(params));
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
       "ARCHIVE...",
       0,
       64,
       "Publishes releases of the platform on the registry's own machine, as `rapt release publish` does over the "
       "network: by the document that the keys of the role \"releases\" have signed.",
       "rapt-marketplace release add raptscallions-1.2.0-x86_64-linux-gnu.tar.gz --document 7.releases.json --blobs "
       "/srv/blobs --keys /srv/keys --rollout 10",
       {kDatabaseOption,
        {"document", "FILE", "N.releases.json, as `rapt release sign` has made it"},
        {"blobs", "DIR", "where archives are kept, as of serve"},
        {"keys", "DIR", "the online keys, as of serve"},
        {"rollout", "PERCENT", "of the instances that get it at first; else 100"}},
       run_add},
      {"release list",
       "",
       0,
       0,
       "Shows the releases, newest first.",
       "rapt-marketplace release list --json",
       {kDatabaseOption},
       run_release_list},
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
