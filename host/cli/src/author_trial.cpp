// SPDX-License-Identifier: AGPL-3.0-or-later
#include "author_trial.hpp"

#include <filesystem>

#include <nlohmann/json.hpp>

#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"

namespace rapt::cli {
namespace {

constexpr std::size_t kSecretBytes = std::size_t{16} << 10, kAnswerBytes = std::size_t{4} << 20;

/// NAME=FILE. Its text is never in a command line, where every user of the machine could read it.
Result<void> read_secret(const std::string& word, std::map<std::string, std::string>& secrets) {
  const auto equals = word.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == word.size())
    return Error::invalid("secret", "--secret takes NAME=FILE, with the secret in that file.");
  auto text = read_file(word.substr(equals + 1), kSecretBytes);
  if (!text) return text.error();
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->empty()) return Error::invalid("secret", "The file " + word.substr(equals + 1) + " is empty.");
  secrets[word.substr(0, equals)] = std::move(*text);
  return {};
}

/// Texts stand for themselves, anything else for its JSON.
Result<void> read_answers(const std::string& file, std::vector<std::string>& answers) {
  const auto text = read_file(file, kAnswerBytes);
  if (!text) return text.error();
  const auto list = nlohmann::json::parse(*text, nullptr, false);
  if (!list.is_array() || list.empty())
    return Error::invalid("ai", "--ai takes a file with a JSON list of at least one answer.");
  for (const auto& one : list) answers.push_back(one.is_string() ? one.get<std::string>() : one.dump());
  return {};
}

/// The core's migrations, without which there are no tables of a host: where the settings say, or else beside the
/// programs of a release or of a checkout's build, because an author stands in a folder of their own.
std::filesystem::path core_migrations(const Console& console, const config::Settings& settings) {
  const auto said = settings.migrations_dir / "core";
  if (console.environment("RAPT_MIGRATIONS_DIR")) return said;
  const auto programs = settings.runner.parent_path();
  for (const auto& folder : {programs / "../migrations/core", programs / "../../../migrations/core"}) {
    std::error_code failure;
    if (std::filesystem::exists(folder, failure)) return folder;
  }
  return said;
}

}  // namespace

std::vector<Option> with_trial_options(std::vector<Option> options) {
  const std::vector<Option> all = {
      {"kv", "FILE", "JSON with the values that it finds, and to which they are written; otherwise memory alone"},
      {"database", "URL",
       "a PostgreSQL server for its tables, and for the people it asks about: made for this run, and dropped again"},
      {"world", "FILE", "JSON with the people, classes and conversations it asks about; otherwise a small school"},
      {"network", "", "http is really asked, at the hosts of the manifest"},
      {"private-addresses", "", "with --network: this machine and private networks, too"},
      {"ai", "FILE",
       "JSON list of what an AI answers: texts, or JSON where a schema is asked for; otherwise a sentence"},
      {"secret", "NAME=FILE", "a secret of its settings, may be given several times", true}};
  options.insert(options.end(), all.begin(), all.end());
  return options;
}

Result<author::TrialOptions> trial_options(const Console& console, const Arguments& arguments) {
  const auto settings = local_settings_of(console);
  if (!settings) return settings.error();
  author::TrialOptions out{.kv_file = arguments.value("kv"),
                           .network = arguments.has("network"),
                           .private_addresses = arguments.has("private-addresses"),
                           .ca_file = settings->auth_provider_ca_file,
                           .database_url = arguments.value("database"),
                           .migrations = core_migrations(console, *settings),
                           .world_file = arguments.value("world")};
  if (arguments.has("ai")) RAPT_TRY(read_answers(arguments.value("ai"), out.ai_answers));
  if (out.private_addresses && !out.network)
    return Error::invalid("private-addresses", "--private-addresses goes with --network.");
  if (!out.world_file.empty() && out.database_url.empty())
    return Error::invalid("world", "--world goes with --database: the people lie in tables of a host.");
  if (const auto secrets = arguments.lists.find("secret"); secrets != arguments.lists.end()) {
    for (const auto& one : secrets->second) RAPT_TRY(read_secret(one, out.secrets));
  }
  return out;
}

}  // namespace rapt::cli
