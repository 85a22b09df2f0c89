// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt-tuf-client: our client behind the command line that the framework's conformance suite drives.
//
//   rapt-tuf-client --metadata-dir DIR init ROOT
//   rapt-tuf-client --metadata-dir DIR --metadata-url URL refresh
//   rapt-tuf-client --metadata-dir DIR --metadata-url URL --target-name PATH --target-base-url URL --target-dir DIR
//   download
//
// --target-name may come several times: one client then looks for all of them. Exit 0, or 1 with a sentence.
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "rapt/base/file.hpp"
#include "rapt/base/log.hpp"
#include "rapt/http/client.hpp"
#include "rapt/marketplace/http_fetcher.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/tuf/client.hpp"

namespace rapt::tuf {
namespace {

constexpr std::size_t kMaxArtifactBytes = 256u << 20;

struct Command {
  std::map<std::string, std::string> options;
  std::vector<std::string> targets;
  std::vector<std::string> words;
};

Result<Command> read_command(int argc, char** argv) {
  Command out;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--")) {
      out.words.push_back(word);
      continue;
    }
    if (i + 1 == argc) return Error::invalid(word, "A value is missing after " + word + ".");
    if (word == "--target-name") out.targets.emplace_back(argv[i + 1]);
    out.options[word] = argv[++i];
  }
  const std::string verb = out.words.empty() ? "" : out.words.front();
  std::vector<std::string> needed{"--metadata-dir"};
  if (verb == "refresh" || verb == "download") needed.emplace_back("--metadata-url");
  if (verb == "download") needed.insert(needed.end(), {"--target-name", "--target-base-url", "--target-dir"});
  if ((verb != "init" && verb != "refresh" && verb != "download") || out.words.size() != (verb == "init" ? 2 : 1))
    return Error::invalid("command", "One of init ROOT, refresh and download is needed.");
  for (const auto& name : needed)
    if (!out.options.contains(name)) return Error::invalid(name, "The option " + name + " is needed.");
  return out;
}

/// A target's place: one file below the folder, the same for every version of it.
std::filesystem::path place_of(const std::filesystem::path& folder, const std::string& target) {
  return folder / security::hex(security::sha256(target));
}

/// Whether the file is there already with these bytes.
bool is_there(const std::filesystem::path& file, const Target& target) {
  const auto bytes = read_file(file, kMaxArtifactBytes);
  const auto hash = target.hashes.find("sha256");
  return bytes && bytes->size() == target.length && hash != target.hashes.end() &&
         security::hex(security::sha256(*bytes)) == hash->second;
}

Task<Result<void>> download(Client& client, std::string path, std::filesystem::path folder) {
  auto found = co_await client.find(path);
  if (!found) co_return found.error();
  const auto file = place_of(folder, path);
  if (is_there(file, found->target)) co_return Result<void>();
  std::string bytes;
  std::function<Result<void>(std::string_view)> sink = [&bytes](std::string_view piece) -> Result<void> {
    if (bytes.size() + piece.size() > kMaxArtifactBytes)
      return Error::invalid("target", "The target is too large for this program.");
    bytes += piece;
    return {};
  };
  RAPT_CO_TRY(co_await client.download(std::move(*found), sink));
  co_return write_file_atomically(file, bytes);
}

Task<Result<void>> work(Client& client, Command command) {
  RAPT_CO_TRY(co_await client.refresh());
  for (const auto& target : command.targets) {
    const auto done = co_await download(client, target, command.options["--target-dir"]);
    if (!done) co_return done.error();
  }
  co_return Result<void>();
}

Result<void> run(int argc, char** argv) {
  auto command = read_command(argc, argv);
  if (!command) return command.error();
  http::Client http;
  marketplace::HttpFetcherOptions options;
  options.metadata_url = command->options["--metadata-url"];
  options.targets_url = command->options["--target-base-url"];
  const SystemClock clock;
  Client client(command->options["--metadata-dir"], std::make_shared<marketplace::HttpFetcher>(http, options), clock);
  if (command->words.front() != "init") return runtime::run_blocking(work(client, std::move(*command)));
  const auto root = read_file(command->words[1], Limits().root_bytes);
  if (!root) return root.error();
  return client.init(*root);
}

}  // namespace
}  // namespace rapt::tuf

int main(int argc, char** argv) {
  rapt::log::set_level(rapt::log::Level::kError);
  const auto done = rapt::tuf::run(argc, argv);
  if (done) return 0;
  const auto error = done.error();
  std::fprintf(stderr, "rapt-tuf-client: %s\n", error.message.c_str());
  return 1;
}
