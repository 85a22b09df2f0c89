// SPDX-License-Identifier: AGPL-3.0-or-later
#include <filesystem>
#include <ostream>
#include <system_error>

#include <nlohmann/json.hpp>

#include "author_commands.hpp"
#include "rapt/base/file.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;

int show(Console& console, const fs::path& secret, const fs::path& open, const std::string& key_id, bool made) {
  if (console.json) {
    console.out << nlohmann::json{{"private_key", secret.string()},
                                  {"public_key", open.string()},
                                  {"key_id", key_id},
                                  {"created", made}}
                << "\n";
  } else if (made) {
    console.out << "Made the key " << key_id << ":\n  " << secret.string() << "  keep it secret, it signs\n  "
                << open.string() << "  give it to those who shall trust you\n";
  } else {
    console.out << "The key is there already: " << secret.string() << "\n";
  }
  return kOk;
}

}  // namespace

int run_keygen(Console& console, const Arguments& arguments) {
  const auto& publisher = arguments.positional[0];
  if (!bundle::is_valid_name(publisher)) {
    return usage_fault(
        console, "A publisher's name has 2 to 63 lower-case letters, digits and hyphens, and begins with a letter.");
  }
  const fs::path folder = arguments.value("out", ".");
  const auto secret = folder / (publisher + ".key"), open = folder / (publisher + ".pub");
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure)
    return report(console,
                  Error::invalid("", "The folder " + folder.string() + " cannot be made: " + failure.message() + "."));
  if (fs::exists(secret, failure)) {
    if (arguments.has("if-missing") && fs::exists(open, failure)) return show(console, secret, open, "", false);
    return report(
        console,
        Error::conflict(secret.string() +
                        " exists already. A lost signing key cannot be made again, so move it away by hand first."));
  }
  const auto key = security::PrivateKey::generate();
  const auto open_text =
      "# " + publisher + ", Ed25519, key " + key.public_key().key_id() + "\n" + key.public_key().to_text() + "\n";
  if (auto written = write_file_atomically(secret, key.to_text() + "\n", 0600); !written)
    return report(console, written.error());
  if (auto written = write_file_atomically(open, open_text); !written) return report(console, written.error());
  return show(console, secret, open, key.public_key().key_id(), true);
}

}  // namespace rapt::cli
