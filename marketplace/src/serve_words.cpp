// SPDX-License-Identifier: AGPL-3.0-or-later
// The words `serve` and `migrate`.
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "rapt/cli/print.hpp"
#include "rapt/store/migrations.hpp"
#include "serve_registry.hpp"
#include "words.hpp"

namespace rapt::marketplace {
namespace {

using cli::Arguments;
using cli::Console;

std::filesystem::path migrations_folder(const Console& console, const Arguments& arguments) {
  if (arguments.has("migrations")) return arguments.value("migrations");
  return std::filesystem::path(console.environment("RAPT_MIGRATIONS_DIR").value_or("migrations")) / "marketplace";
}

Result<std::uint16_t> port_of(const Arguments& arguments) {
  const auto text = arguments.value("port", "3001");
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault == std::errc{} && end == text.data() + text.size()) return port;
  return Error::invalid("port", "must be a number from 0 to 65535");
}

Result<std::vector<AddressRange>> proxies_of(const Arguments& arguments) {
  std::vector<AddressRange> out;
  std::istringstream parts(arguments.value("trusted-proxies"));
  for (std::string part; std::getline(parts, part, ',');) {
    const auto range = AddressRange::parse(part);
    if (!range) return Error::invalid("trusted-proxies", "must be addresses or blocks of them, such as 10.0.0.0/8");
    out.push_back(*range);
  }
  return out;
}

/// Beside the blobs, where those are a folder.
std::filesystem::path uploads_folder(const Arguments& arguments) {
  if (arguments.has("uploads")) return arguments.value("uploads");
  const auto blobs = arguments.value("blobs");
  if (blobs.find("://") == std::string::npos) return std::filesystem::path(blobs) / "uploads";
  return std::filesystem::temp_directory_path() / ("rapt-marketplace-uploads-" + std::to_string(::getuid()));
}

Result<RegistryOptions> registry_options(const Console& console, const Arguments& arguments) {
  RegistryOptions out;
  auto url = database_url(console, arguments);
  if (!url) return url.error();
  const auto port = port_of(arguments);
  if (!port) return port.error();
  auto proxies = proxies_of(arguments);
  if (!proxies) return proxies.error();
  for (const auto* needed : {"blobs", "keys"}) {
    if (!arguments.has(needed)) return Error::invalid(needed, "is needed: see rapt-marketplace serve --help");
  }
  out.database_url = std::move(*url);
  out.port = *port;
  out.proxies = std::move(*proxies);
  out.blobs = arguments.value("blobs");
  out.uploads = uploads_folder(arguments);
  out.keys = arguments.value("keys");
  out.web = arguments.value("web");
  out.rapt_program = arguments.value("rapt", console.environment("RAPT_PROGRAM").value_or(""));
  out.host = arguments.value("host", "127.0.0.1");
  out.public_url = arguments.value("public-url");
  return out;
}

int run_serve(Console& console, const Arguments& arguments) {
  const auto options = registry_options(console, arguments);
  if (!options) return cli::report(console, options.error());
  const auto served = serve_registry(*options);
  return served ? cli::kOk : cli::report(console, served.error());
}

int run_migrate(Console& console, const Arguments& arguments) {
  const auto url = database_url(console, arguments);
  if (!url) return cli::report(console, url.error());
  store::Database database({.url = *url, .connections = 1});
  const auto done = store::migrate(database, migrations_folder(console, arguments));
  if (!done) return cli::report(console, done.error());
  nlohmann::json names = nlohmann::json::array();
  for (const auto& one : *done) names.push_back(one.name);
  if (console.json) {
    cli::print_json(console.out, {{"applied", names}});
  } else {
    console.out << (done->empty() ? "The database is up to date.\n" : "");
    for (const auto& one : *done) console.out << "Applied " << one.number << " (" << one.name << ").\n";
  }
  return cli::kOk;
}

}  // namespace

std::vector<cli::Command> serve_words() {
  return {
      {"serve",
       "",
       0,
       0,
       "Serves the registry until it is told to stop: its API, its metadata and, with --web, its pages.",
       "rapt-marketplace serve --blobs /srv/blobs --keys /srv/keys --web /srv/web --public-url "
       "https://modules.example.org",
       {kDatabaseOption,
        {"blobs", "DIR", "where bundles and releases are kept"},
        {"uploads", "DIR", "where archives of releases wait until they are whole; else BLOBS/uploads"},
        {"keys", "DIR", "the online keys: snapshot.key, timestamp.key, community.key, registry.key"},
        {"web", "DIR", "the built pages; without it there are none"},
        {"rapt", "FILE", "the program `rapt`, which tries what is handed in; else RAPT_PROGRAM"},
        {"public-url", "URL", "what clients call this registry; else http://HOST:PORT"},
        {"host", "ADDRESS", "where to listen; else 127.0.0.1; 0.0.0.0 for everybody"},
        {"port", "N", "else 3001; 0 chooses a free one, which the log names"},
        {"trusted-proxies", "LIST", "addresses whose X-Forwarded-For is believed, with commas between"}},
       run_serve},
      {"migrate",
       "",
       0,
       0,
       "Brings the registry's database up to date.",
       "rapt-marketplace migrate --database-url postgresql:///marketplace",
       {kDatabaseOption, {"migrations", "DIR", "else RAPT_MIGRATIONS_DIR/marketplace"}},
       run_migrate},
  };
}

}  // namespace rapt::marketplace
