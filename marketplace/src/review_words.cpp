// SPDX-License-Identifier: AGPL-3.0-or-later
// What operators decide: reviews, publishers, advisories.
#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include "moderation.hpp"
#include "publishers.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/cli/print.hpp"
#include "submissions.hpp"
#include "words.hpp"

namespace rapt::marketplace {
namespace {

using cli::Arguments;
using cli::Console;
using nlohmann::json;
using store::Transaction;

/// Runs the work in a transaction on the registry's database, and tells its outcome.
template <class Work>
int in_database(Console& console, const Arguments& arguments, Work work, void (*show)(Console&, const json&)) {
  const auto url = database_url(console, arguments);
  if (!url) return cli::report(console, url.error());
  store::Database database({.url = *url, .connections = 1});
  std::string out;
  const auto done = database.transaction_blocking([&](Transaction& tx) -> Result<void> {
    Result<std::string> said = work(tx);
    if (!said) return said.error();
    out = std::move(*said);
    return {};
  });
  if (!done) return cli::report(console, done.error());
  const auto document = json::parse(out);
  if (console.json) {
    cli::print_json(console.out, document);
  } else {
    show(console, document);
  }
  return cli::kOk;
}

Result<std::shared_ptr<Repository>> repository_of(const Arguments& arguments, const Clock& clock) {
  if (!arguments.has("keys"))
    return Error::invalid("keys", "is needed, because the metadata changes with it: --keys DIR, as `serve` has it");
  return Repository::open(arguments.value("keys"), clock);
}

std::string member_text(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? printable(found->get<std::string>(), 300) : found->dump();
}

void show_sentence(Console& console, const json& document) {
  console.out << member_text(document, "said") << "\n";
}

std::string said(const std::string& sentence) {
  return json{{"said", sentence}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

void show_submissions(Console& console, const json& list) {
  cli::Table table({"module", "version", "publisher", "channel", "handed in", "state"});
  for (const auto& one : list) {
    table.add({member_text(one, "module"), member_text(one, "version"), member_text(one, "publisher"),
               member_text(one, "channel"), member_text(one, "submitted_at"), member_text(one, "state")});
  }
  table.print(console.out);
}

void show_submission(Console& console, const json& one) {
  console.out << member_text(one, "module") << " " << member_text(one, "version") << " by "
              << member_text(one, "publisher") << ", " << member_text(one, "state") << "\n  sha256 "
              << member_text(one, "sha256") << "\n";
  for (const auto& finding : one.value("findings", json::array())) {
    console.out << "  " << member_text(finding, "level") << "  " << member_text(finding, "check") << ": "
                << member_text(finding, "text") << "\n";
  }
}

/// "NAME@VERSION".
Result<std::pair<std::string, std::string>> version_of(const std::string& word) {
  const auto at = word.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == word.size())
    return Error::invalid("", "\"" + printable(word, 80) + "\" names no version: say NAME@VERSION.");
  return std::pair(word.substr(0, at), word.substr(at + 1));
}

int run_review_list(Console& console, const Arguments& arguments) {
  const auto work = [](Transaction& tx) { return list_submissions(tx, ""); };
  return in_database(console, arguments, work, show_submissions);
}

int run_review_show(Console& console, const Arguments& arguments) {
  const auto what = version_of(arguments.positional[0]);
  if (!what) return cli::usage_fault(console, what.error().message);
  const auto work = [&](Transaction& tx) { return describe_submission(tx, what->first, what->second, ""); };
  return in_database(console, arguments, work, show_submission);
}

int decide(Console& console, const Arguments& arguments, bool approved) {
  const auto what = version_of(arguments.positional[0]);
  if (!what) return cli::usage_fault(console, what.error().message);
  const auto note = arguments.value(approved ? "note" : "because");
  if (!approved && note.empty()) return cli::usage_fault(console, "Say why: --because TEXT. The publisher reads it.");
  const auto work = [&](Transaction& tx) -> Result<std::string> {
    RAPT_TRY(decide_review(tx, what->first, what->second, approved, note));
    return said(what->first + " " + what->second +
                (approved ? " is approved: its publisher can sign it into its document." : " is rejected."));
  };
  return in_database(console, arguments, work, show_sentence);
}

int run_review_approve(Console& console, const Arguments& arguments) {
  return decide(console, arguments, true);
}
int run_review_reject(Console& console, const Arguments& arguments) {
  return decide(console, arguments, false);
}

void show_publishers(Console& console, const json& list) {
  cli::Table table({"publisher", "title", "since", "reviewed", "modules", "suspended"});
  for (const auto& one : list) {
    table.add({member_text(one, "name"), member_text(one, "title"), member_text(one, "since"),
               member_text(one, "reviewed"), member_text(one, "modules"), member_text(one, "suspended")});
  }
  table.print(console.out);
}

void show_publisher(Console& console, const json& one) {
  console.out << one.dump(2, ' ', true, json::error_handler_t::replace) << "\n";
}

int run_publisher_list(Console& console, const Arguments& arguments) {
  return in_database(console, arguments, list_publishers, show_publishers);
}

int run_publisher_show(Console& console, const Arguments& arguments) {
  const auto work = [&](Transaction& tx) { return describe_publisher(tx, arguments.positional[0]); };
  return in_database(console, arguments, work, show_publisher);
}

int run_publisher_review(Console& console, const Arguments& arguments) {
  const bool undo = arguments.has("undo");
  const auto work = [&](Transaction& tx) -> Result<std::string> {
    RAPT_TRY(set_reviewed(tx, arguments.positional[0], !undo));
    return said(arguments.positional[0] + (undo ? ": its first versions need a review again."
                                                : ": its versions need a review only where they ask for more."));
  };
  return in_database(console, arguments, work, show_sentence);
}

int change_suspension(Console& console, const Arguments& arguments, const std::optional<std::string>& because) {
  const SystemClock clock;
  const auto repository = repository_of(arguments, clock);
  if (!repository) return cli::report(console, repository.error());
  const auto work = [&](Transaction& tx) -> Result<std::string> {
    const auto& name = arguments.positional[0];
    const auto outcome = because ? suspend(tx, **repository, name, *because) : resume(tx, **repository, name);
    if (!outcome) return outcome.error();
    return said(name +
                (because ? " is suspended: hosts believe nothing of it that they do not have installed."
                         : " may publish again.") +
                (*outcome == Delegated::kNextCeremony
                     ? " The offline keys vouch for it: the metadata changes with the next ceremony."
                     : ""));
  };
  return in_database(console, arguments, work, show_sentence);
}

int run_publisher_suspend(Console& console, const Arguments& arguments) {
  if (!arguments.has("because")) return cli::usage_fault(console, "Say why: --because TEXT. The publisher reads it.");
  return change_suspension(console, arguments, arguments.value("because"));
}
int run_publisher_resume(Console& console, const Arguments& arguments) {
  return change_suspension(console, arguments, std::nullopt);
}

/// For --again: the publisher is there, and has the key, or gets it.
Result<std::string> ensure_key(Transaction& tx, const Repository& repository, const std::string& publisher,
                               const security::PublicKey& key) {
  const auto keys = keys_of(tx, publisher);
  if (!keys) return keys.error();
  const bool known = std::any_of(keys->begin(), keys->end(), [&](const auto& one) { return one.key == key; });
  if (known) return said(publisher + " is a publisher already, with the key " + key.key_id() + ".");
  if (auto added = add_key(tx, repository, publisher, key, "added by the operator"); !added) return added.error();
  return said(publisher + " was a publisher already, and has the key " + key.key_id() + ", too.");
}

int run_publisher_add(Console& console, const Arguments& arguments) {
  const SystemClock clock;
  const auto repository = repository_of(arguments, clock);
  if (!repository) return cli::report(console, repository.error());
  const auto text = read_file(arguments.positional[1], 16 * 1024);
  if (!text) return cli::report(console, text.error());
  const auto keys = bundle::parse_public_keys(*text);
  if (!keys) return cli::report(console, keys.error());
  const auto work = [&](Transaction& tx) -> Result<std::string> {
    NewPublisher wanted;
    wanted.name = arguments.positional[0];
    wanted.title = arguments.value("title");
    wanted.key = keys->front();
    wanted.by_operator = true;
    if (arguments.has("again")) {
      const auto there = keys_of(tx, wanted.name);
      if (!there) return there.error();
      if (!there->empty()) return ensure_key(tx, **repository, wanted.name, wanted.key);
    }
    RAPT_TRY(register_publisher(tx, **repository, wanted, clock.now()));
    RAPT_TRY(set_reviewed(tx, wanted.name, true));
    return said(wanted.name + " is a publisher, with the key " + wanted.key.key_id() + ".");
  };
  return in_database(console, arguments, work, show_sentence);
}

void show_advisories(Console& console, const json& list) {
  cli::Table table({"id", "module", "affected", "fixed", "severity", "title", "withdrawn"});
  for (const auto& one : list) {
    table.add({member_text(one, "id"), member_text(one, "module"), member_text(one, "affected"),
               member_text(one, "fixed"), member_text(one, "severity"), member_text(one, "title"),
               member_text(one, "withdrawn_at")});
  }
  table.print(console.out);
}

int run_advisory_list(Console& console, const Arguments& arguments) {
  return in_database(console, arguments, list_advisories, show_advisories);
}

int run_advisory_add(Console& console, const Arguments& arguments) {
  const SystemClock clock;
  const auto repository = repository_of(arguments, clock);
  if (!repository) return cli::report(console, repository.error());
  Advisory wanted;
  wanted.module = arguments.positional[0] == "platform" ? "" : arguments.positional[0];
  wanted.affected = arguments.value("affected");
  wanted.fixed = arguments.value("fixed");
  wanted.severity = arguments.value("severity");
  wanted.title = arguments.value("title");
  wanted.text = arguments.value("text");
  wanted.url = arguments.value("url");
  const auto work = [&](Transaction& tx) -> Result<std::string> {
    const auto id = add_advisory(tx, **repository, wanted, clock.now());
    if (!id) return id.error();
    return json{{"said", "Told everybody: " + *id + "."}, {"id", *id}}.dump();
  };
  return in_database(console, arguments, work, show_sentence);
}

int run_advisory_withdraw(Console& console, const Arguments& arguments) {
  const SystemClock clock;
  const auto repository = repository_of(arguments, clock);
  if (!repository) return cli::report(console, repository.error());
  const auto work = [&](Transaction& tx) -> Result<std::string> {
    RAPT_TRY(withdraw_advisory(tx, **repository, arguments.positional[0]));
    return said(arguments.positional[0] + " is withdrawn.");
  };
  return in_database(console, arguments, work, show_sentence);
}

const cli::Option kKeysOption{"keys", "DIR", "the online keys, as `serve` has them (required)"};

std::vector<cli::Command> advisory_words() {
  return {{"advisory list",
           "",
           0,
           0,
           "Shows every advisory.",
           "rapt-marketplace advisory list",
           {kDatabaseOption},
           run_advisory_list},
          {"advisory add",
           "MODULE",
           1,
           1,
           "Tells every host of a fault in versions of a module, or of the platform (\"platform\").",
           "rapt-marketplace advisory add link-fence --affected '<1.0.3' --fixed 1.0.3 --severity high --title 'Lets "
           "links through' --keys online",
           {kDatabaseOption,
            kKeysOption,
            {"affected", "RANGE", "the versions that have it (required)"},
            {"fixed", "VERSION", "the first good one"},
            {"severity", "WORD", "low, medium, high or critical (required)"},
            {"title", "TEXT", "one line (required)"},
            {"text", "TEXT", "what it is, and what to do"},
            {"url", "URL", "more about it, https"}},
           run_advisory_add},
          {"advisory withdraw",
           "ID",
           1,
           1,
           "Takes an advisory back.",
           "rapt-marketplace advisory withdraw RA-2026-0001 --keys online",
           {kDatabaseOption, kKeysOption},
           run_advisory_withdraw}};
}

std::vector<cli::Command> publisher_words() {
  return {{"publisher list",
           "",
           0,
           0,
           "Shows who publishes.",
           "rapt-marketplace publisher list",
           {kDatabaseOption},
           run_publisher_list},
          {"publisher show",
           "NAME",
           1,
           1,
           "Shows a publisher and its keys.",
           "rapt-marketplace publisher show my-school",
           {kDatabaseOption},
           run_publisher_show},
          {"publisher add",
           "NAME FILE.pub",
           2,
           2,
           "Makes a publisher, also of a reserved name: for whoever runs the registry.",
           "rapt-marketplace publisher add raptscallions raptscallions.pub --keys online",
           {kDatabaseOption,
            kKeysOption,
            {"title", "TEXT", "how people read the name"},
            {"again", "", "it may be there already: then it keeps its keys and has this one, too"}},
           run_publisher_add},
          {"publisher review",
           "NAME",
           1,
           1,
           "Knows a publisher: its versions need no review unless they ask for more.",
           "rapt-marketplace publisher review my-school",
           {kDatabaseOption, {"undo", "", "no longer"}},
           run_publisher_review},
          {"publisher suspend",
           "NAME",
           1,
           1,
           "Takes nothing from a publisher any more, and vouches for nothing of it.",
           "rapt-marketplace publisher suspend my-school --because 'Its key was stolen.' --keys online",
           {kDatabaseOption, kKeysOption, {"because", "TEXT", "why (required)"}},
           run_publisher_suspend},
          {"publisher resume",
           "NAME",
           1,
           1,
           "Ends a suspension.",
           "rapt-marketplace publisher resume my-school --keys online",
           {kDatabaseOption, kKeysOption},
           run_publisher_resume}};
}

}  // namespace

std::vector<cli::Command> review_words() {
  std::vector<cli::Command> out = {
      {"review list",
       "",
       0,
       0,
       "Shows what waits for an operator.",
       "rapt-marketplace review list",
       {kDatabaseOption},
       run_review_list},
      {"review show",
       "NAME@VERSION",
       1,
       1,
       "Shows a submission and what was found.",
       "rapt-marketplace review show link-fence@1.0.0",
       {kDatabaseOption},
       run_review_show},
      {"review approve",
       "NAME@VERSION",
       1,
       1,
       "Lets a version be published.",
       "rapt-marketplace review approve link-fence@1.0.0",
       {kDatabaseOption, {"note", "TEXT", "for the publisher"}},
       run_review_approve},
      {"review reject",
       "NAME@VERSION",
       1,
       1,
       "Does not let a version be published.",
       "rapt-marketplace review reject link-fence@1.0.0 --because 'It asks for hosts that it does not need.'",
       {kDatabaseOption, {"because", "TEXT", "for the publisher (required)"}},
       run_review_reject}};
  for (const auto area : {publisher_words, advisory_words}) {
    for (auto& one : area()) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace rapt::marketplace
