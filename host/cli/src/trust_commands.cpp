// SPDX-License-Identifier: AGPL-3.0-or-later
#include "trust_commands.hpp"

#include <algorithm>
#include <ostream>
#include <system_error>

#include <nlohmann/json.hpp>

#include "instance.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/install/trust.hpp"
#include "rapt/runtime/runtime.hpp"
#include "trust_dir.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxKeyFileBytes = 16 * 1024;

Result<std::vector<PublisherKeys>> load_all(const fs::path& folder) {
  std::vector<PublisherKeys> out;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
    if (entry->path().extension() != ".pub") continue;
    auto keys = load_public_keys(entry->path(), "");
    if (!keys) return std::move(keys).error();
    out.push_back(std::move(*keys));
  }
  if (failure && failure != std::errc::no_such_file_or_directory) {
    return Error::invalid("", "The trust store " + folder.string() + " cannot be read: " + failure.message() + ".");
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.publisher < b.publisher; });
  return out;
}

Result<void> store(const fs::path& folder, const PublisherKeys& keys) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure)
    return Error::invalid("", "The folder " + folder.string() + " cannot be made: " + failure.message() + ".");
  std::string text = "# " + keys.publisher + "\n";
  for (const auto& key : keys.keys) text += key.to_text() + "\n";
  return write_file_atomically(folder / (keys.publisher + ".pub"), text);
}

int tell(Console& console, const PublisherKeys& keys, std::string_view verb) {
  if (console.json) {
    json out = {{"publisher", keys.publisher}, {"keys", json::array()}};
    for (const auto& key : keys.keys) out["keys"].push_back(key.key_id());
    console.out << out << "\n";
    return kOk;
  }
  for (const auto& key : keys.keys)
    console.out << keys.publisher << ": " << verb << " the key " << key.key_id() << "\n";
  return kOk;
}

/// Without one, the keys that count on every host are out of reach.
bool has_database(const Console& console) {
  const auto url = console.environment("DATABASE_URL");
  return url && !url->empty();
}

/// The ids of the keys that counted on every host, and count no longer.
Result<std::vector<std::string>> distrust_everywhere(const Console& console, const std::string& publisher,
                                                     const std::string& key_id) {
  if (!has_database(console)) return std::vector<std::string>{};
  auto instance = open_instance(console);
  if (!instance) return instance.error();
  const auto work = [&](store::Transaction& tx) { return install::distrust_keys(tx, publisher, key_id); };
  return runtime::run_blocking(instance->database->transaction(work));
}

int tell_removed(Console& console, const std::string& publisher, const std::vector<std::string>& key_ids) {
  if (console.json) {
    console.out << json({{"publisher", publisher}, {"keys", key_ids}}) << "\n";
    return kOk;
  }
  for (const auto& id : key_ids)
    console.out << publisher << ": does no longer trust the key " << id << ", on any host\n";
  return kOk;
}

}  // namespace

Result<fs::path> trust_dir(const Console& console) {
  const auto settings = local_settings_of(console);
  if (!settings) return settings.error();
  return settings->var_dir / "trust";
}

Result<PublisherKeys> load_public_keys(const fs::path& file, const std::string& publisher) {
  PublisherKeys out{publisher.empty() ? file.stem().string() : publisher, {}};
  if (!bundle::is_valid_name(out.publisher)) {
    return Error::invalid("", "\"" + printable(out.publisher, 80) +
                                  "\" is no publisher's name. Name the file PUBLISHER.pub, or say --publisher NAME.");
  }
  const auto text = read_file(file, kMaxKeyFileBytes);
  if (!text) return text.error();
  auto keys = bundle::parse_public_keys(*text);
  if (!keys) return Error::invalid("", file.string() + ": " + keys.error().message);
  out.keys = std::move(*keys);
  return out;
}

int run_trust_list(Console& console, const Arguments&) {
  const auto folder = trust_dir(console);
  if (!folder) return report(console, folder.error());
  const auto all = load_all(*folder);
  if (!all) return report(console, all.error());
  json list = json::array();
  const auto add = [&](const std::string& publisher, const std::string& key_id, const std::string& source) {
    list.push_back({{"publisher", publisher}, {"key_id", key_id}, {"source", source}});
    if (!console.json) console.out << publisher << "  " << key_id << "  " << printable(source, 300) << "\n";
  };
  for (const auto& publisher : *all)
    for (const auto& key : publisher.keys) add(publisher.publisher, key.key_id(), "this host's folder");
  if (has_database(console)) {
    auto instance = open_instance(console);
    if (!instance) return report(console, instance.error());
    const auto work = [](store::Transaction& tx) { return install::trusted_keys(tx); };
    const auto keys = runtime::run_blocking(instance->database->transaction(work));
    if (!keys) return report(console, keys.error());
    for (const auto& one : *keys) add(one.publisher, one.key.key_id(), one.source);
  }
  if (console.json) console.out << list << "\n";
  if (!console.json && list.empty())
    console.out << "No publisher is trusted. `rapt trust add PUBLISHER.pub` adds one.\n";
  return kOk;
}

int run_trust_add(Console& console, const Arguments& arguments) {
  const auto folder = trust_dir(console);
  if (!folder) return report(console, folder.error());
  const auto added = load_public_keys(arguments.positional[0], arguments.value("publisher"));
  if (!added) return report(console, added.error());
  PublisherKeys all{added->publisher, {}};
  const auto known = load_all(*folder);
  if (!known) return report(console, known.error());
  for (const auto& other : *known) {
    if (other.publisher == added->publisher) all.keys = other.keys;
  }
  for (const auto& key : added->keys) {
    if (std::find(all.keys.begin(), all.keys.end(), key) == all.keys.end()) all.keys.push_back(key);
  }
  if (auto stored = store(*folder, all); !stored) return report(console, stored.error());
  return tell(console, *added, "trusts now");
}

int run_trust_remove(Console& console, const Arguments& arguments) {
  const auto folder = trust_dir(console);
  if (!folder) return report(console, folder.error());
  const auto& publisher = arguments.positional[0];
  const auto path = *folder / (publisher + ".pub");
  std::error_code failure;
  const auto everywhere = distrust_everywhere(console, publisher, arguments.value("key-id"));
  if (!everywhere) return report(console, everywhere.error());
  const bool is_here = bundle::is_valid_name(publisher) && fs::exists(path, failure);
  if (!everywhere->empty() && !is_here) return tell_removed(console, publisher, *everywhere);
  if (!is_here) {
    return report(console, Error::not_found("trusted publisher as \"" + printable(publisher, 80) +
                                            "\"; `rapt trust list` shows them"));
  }
  auto known = load_public_keys(path, "");
  if (!known) return report(console, known.error());
  PublisherKeys removed = *known;
  if (arguments.has("key-id")) {
    const auto is_it = [&](const auto& key) { return key.key_id() == arguments.value("key-id"); };
    std::erase_if(removed.keys, [&](const auto& key) { return !is_it(key); });
    std::erase_if(known->keys, is_it);
    if (removed.keys.empty() && !everywhere->empty()) return tell_removed(console, publisher, *everywhere);
    if (removed.keys.empty())
      return report(console, Error::not_found("key of " + publisher + " here; `rapt trust list` shows them"));
  } else {
    known->keys.clear();
  }
  if (known->keys.empty()) {
    fs::remove(path, failure);
    if (failure)
      return report(console, Error::invalid("", path.string() + " cannot be removed: " + failure.message() + "."));
  } else if (auto stored = store(*folder, *known); !stored) {
    return report(console, stored.error());
  }
  return tell(console, removed, "does no longer trust");
}

}  // namespace rapt::cli
