// SPDX-License-Identifier: AGPL-3.0-or-later
#include "root_commands.hpp"

#include <algorithm>
#include <array>
#include <ostream>

#include <nlohmann/json.hpp>

#include "ceremony_folder.hpp"
#include "ceremony_review.hpp"
#include "key_folder.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/tuf/signing.hpp"
#include "repository.hpp"
#include "words.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;
using cli::Arguments;
using cli::Console;
using nlohmann::json;

constexpr std::array kRoles = {"root", "targets", "releases", "snapshot", "timestamp", "community", "registry"};

std::string title(const Review& review) {
  auto out = review.role + " " + std::to_string(review.version);
  out.front() = static_cast<char>(out.front() - 'a' + 'A');
  return out;
}

json to_json(const Review& review) {
  json signatures = json::array();
  for (const auto& one : review.signatures) {
    signatures.push_back({{"by", one.by},
                          {"threshold", one.threshold},
                          {"signed", one.signed_by},
                          {"missing", one.missing},
                          {"enough", one.enough()}});
  }
  return {{"role", review.role},       {"version", review.version},     {"expires_at", to_rfc3339(review.expires)},
          {"signatures", signatures},  {"contents", review.contents},   {"before", review.before},
          {"changes", review.changes}, {"ready", review.fault.empty()}, {"fault", review.fault}};
}

void print_ids(std::ostream& out, std::string_view what, const std::vector<std::string>& ids) {
  if (ids.empty()) return;
  out << "    " << what << ":";
  for (const auto& id : ids) out << " " << printable(id.substr(0, 16), 40);
  out << "\n";
}

void print(std::ostream& out, const Review& review) {
  out << title(review) << ", holds until " << to_rfc3339(review.expires) << ".\n\nWhat it says:\n";
  for (const auto& line : review.contents) out << "  " << line << "\n";
  if (!review.before.empty()) {
    out << "\nWhat differs from " << review.before << ":\n";
    for (const auto& line : review.changes) out << "  " << line << "\n";
    if (review.changes.empty()) out << "  nothing but its time\n";
  }
  out << "\nSignatures:\n";
  for (const auto& one : review.signatures) {
    out << "  " << one.by << " demands " << one.threshold << ", and has " << one.signed_by.size()
        << (one.enough() ? ": enough\n" : ": not enough\n");
    print_ids(out, "signed by", one.signed_by);
    print_ids(out, "not signed by", one.missing);
  }
  if (review.fault.empty()) {
    out << "\nA registry can take it in: rapt-marketplace root take --help\n";
  } else {
    out << "\nA registry would not take it in: " << review.fault << "\n";
  }
}

/// That the key is one of those whose signature is wanted: a signature by another helps nobody.
Result<void> check_wanted(const Review& review, const std::string& id, const std::string& file) {
  const auto has = [&id](const std::vector<std::string>& ids) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  for (const auto& one : review.signatures) {
    if (has(one.signed_by) || has(one.missing)) return {};
  }
  if (review.signatures.empty()) return Error::invalid("", review.fault);
  return Error::invalid("key", printable(file, 200) + " holds the key " + id.substr(0, 16) +
                                   ", whose signature nobody wants under " + title(review) + ".");
}

Result<std::string> sign_by(const std::string& path, const Review& before, const std::vector<std::string>& keys) {
  auto file = read_document(path);
  if (!file) return file.error();
  for (const auto& one : keys) {
    const auto key = read_private_key(one);
    if (!key) return key.error();
    RAPT_TRY(check_wanted(before, tuf::id_of(tuf::key_of(key->public_key())), one));
    file = tuf::add_signature(*file, *key);
    if (!file) return file.error();
  }
  return file;
}

Result<std::vector<CeremonyFile>> ceremony_files(const std::vector<std::string>& paths) {
  std::vector<CeremonyFile> out;
  for (const auto& path : paths) {
    const auto named = role_of_file(path);
    if (!named) return named.error();
    auto file = read_document(path);
    if (!file) return file.error();
    out.push_back({named->second, std::move(*file)});
  }
  return out;
}

Result<std::vector<std::string>> hand_in(const Console& console, const Arguments& arguments) {
  const auto files = ceremony_files(arguments.positional);
  if (!files) return files.error();
  if (!arguments.has("keys")) return Error::invalid("keys", "Say where the online keys are: --keys DIR.");
  const auto url = database_url(console, arguments);
  if (!url) return url.error();
  const SystemClock clock;
  const auto repository = Repository::open(arguments.value("keys"), clock);
  if (!repository) return repository.error();
  store::Database database({.url = *url, .connections = 1});
  std::vector<std::string> notes;
  const auto done = database.transaction_blocking([&](store::Transaction& transaction) -> Result<void> {
    auto taken = (*repository)->take_signed(transaction, *files);
    if (!taken) return taken.error();
    notes = std::move(*taken);
    return {};
  });
  if (!done) return done.error();
  return notes;
}

}  // namespace

int run_root_keygen(Console& console, const Arguments& arguments) {
  const fs::path path = arguments.positional[0];
  const auto what_for = arguments.value("for", "root");
  if (path.extension() != ".key") return cli::usage_fault(console, "The file of a key is called FILE.key.");
  if (std::find(kRoles.begin(), kRoles.end(), what_for) == kRoles.end()) {
    return cli::usage_fault(console,
                            "--for is one of root, targets, releases, snapshot, timestamp, community, registry.");
  }
  const auto key = make_key(path, what_for + " of a registry");
  if (!key) return cli::report(console, key.error());
  const auto id = tuf::id_of(tuf::key_of(*key));
  auto open = path;
  open.replace_extension(".pub");
  if (console.json) {
    cli::print_json(console.out, {{"private_key", path.string()}, {"public_key", open.string()}, {"key_id", id}});
  } else {
    console.out << "Made the key " << id << ":\n  " << path.string() << "  keep it secret, it signs\n  "
                << open.string() << "  give it to the ceremony\n";
  }
  return cli::kOk;
}

int run_root_sign(Console& console, const Arguments& arguments) {
  const auto& path = arguments.positional[0];
  const auto keys = arguments.lists.find("key");
  if (keys == arguments.lists.end()) return cli::usage_fault(console, "Say which key signs: --key FILE.key");
  const auto now = SystemClock().now();
  const auto before = review(path, now);
  if (!before) return cli::report(console, before.error());
  const auto file = sign_by(path, *before, keys->second);
  if (!file) return cli::report(console, file.error());
  if (auto written = write_file_atomically(path, *file); !written) return cli::report(console, written.error());
  const auto after = review(path, now);
  if (!after) return cli::report(console, after.error());
  if (console.json) {
    cli::print_json(console.out, to_json(*after));
  } else {
    print(console.out, *after);
  }
  return cli::kOk;
}

int run_root_show(Console& console, const Arguments& arguments) {
  const auto shown = review(arguments.positional[0], SystemClock().now());
  if (!shown) return cli::report(console, shown.error());
  if (console.json) {
    cli::print_json(console.out, to_json(*shown));
  } else {
    print(console.out, *shown);
  }
  return cli::kOk;
}

int run_root_take(Console& console, const Arguments& arguments) {
  const auto notes = hand_in(console, arguments);
  if (!notes) return cli::report(console, notes.error());
  if (console.json) {
    cli::print_json(console.out, {{"notes", *notes}});
    return cli::kOk;
  }
  console.out << "The registry has taken them in.\n";
  for (const auto& note : *notes) console.out << "Note: " << printable(note, 1000) << "\n";
  return cli::kOk;
}

int run_root_develop(Console& console, const Arguments& arguments) {
  const fs::path folder = arguments.positional[0];
  const auto made = develop(folder, SystemClock().now());
  if (!made) return cli::report(console, made.error());
  if (console.json) {
    json files = json::array();
    for (const auto& path : *made) files.push_back(path.string());
    cli::print_json(
        console.out,
        {{"made", files}, {"keys", (folder / "online").string()}, {"metadata", (folder / "metadata").string()}});
    return cli::kOk;
  }
  for (const auto& path : *made) console.out << "Made " << path.string() << "\n";
  console.out << (made->empty() ? "Everything is there already.\n" : "")
              << "This is no ceremony: all keys are in one place, and one of each is enough. For development only.\n";
  return cli::kOk;
}

}  // namespace rapt::marketplace
