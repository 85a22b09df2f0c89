// SPDX-License-Identifier: AGPL-3.0-or-later
#include <filesystem>
#include <ostream>

#include <nlohmann/json.hpp>

#include "author_bundle.hpp"
#include "author_commands.hpp"
#include "rapt/base/file.hpp"
#include "rapt/bundle/bundle.hpp"

namespace rapt::cli {
namespace {

/// Writes the bundle, and tells what it is.
int write_bundle(Console& console, const std::string& file, const std::string& archive) {
  const auto packed = bundle::read_bundle(archive);
  if (!packed) return report(console, packed.error());
  if (auto written = write_file_atomically(file, archive); !written) return report(console, written.error());
  const auto& manifest = packed->manifest;
  if (console.json) {
    console.out << nlohmann::json{{"file", file},
                                  {"name", manifest.name},
                                  {"version", manifest.version},
                                  {"sha256", security::hex(packed->digest)},
                                  {"bytes", archive.size()},
                                  {"key_id", packed->publisher_key_id}}
                << "\n";
  } else {
    console.out << file << ": " << manifest.name << " " << manifest.version << ", " << archive.size() << " bytes, "
                << (packed->signature.empty() ? "not signed" : "signed with " + packed->publisher_key_id) << "\n";
  }
  return kOk;
}

}  // namespace

int run_pack(Console& console, const Arguments& arguments) {
  if (arguments.has("key") == arguments.has("unsigned")) {
    return usage_fault(console, "Give either --key FILE, or --unsigned for a bundle that only development mode takes.");
  }
  std::optional<security::PrivateKey> key;
  if (arguments.has("key")) {
    auto loaded = load_key(arguments.value("key"));
    if (!loaded) return report(console, loaded.error());
    key = std::move(*loaded);
  }
  const auto archive = bundle::pack_bundle(arguments.positional[0], key ? &*key : nullptr);
  if (!archive) return report(console, archive.error());
  const auto packed = bundle::read_bundle(*archive);
  if (!packed) return report(console, packed.error());
  if (const auto usable = check_bundle(*packed); !usable) return report(console, usable.error());
  const auto file = arguments.value("out", packed->manifest.name + "-" + packed->manifest.version + ".rapt");
  return write_bundle(console, file, *archive);
}

int run_sign(Console& console, const Arguments& arguments) {
  if (!arguments.has("key")) return usage_fault(console, "Say with which key: --key FILE (`rapt keygen` makes one).");
  const auto& file = arguments.positional[0];
  const auto key = load_key(arguments.value("key"));
  if (!key) return report(console, key.error());
  const auto bytes = read_file(file, bundle::kMaxBundleBytes);
  if (!bytes) return report(console, bytes.error());
  const auto packed = bundle::read_bundle(*bytes);
  if (!packed) return report(console, packed.error());
  if (!packed->signature.empty() && !arguments.has("replace"))
    return report(console, Error::conflict(file + " is signed already, with " + packed->publisher_key_id +
                                           ". Say --replace to sign it anew."));
  // What a host would refuse is not signed.
  if (const auto sound = check_bundle(*packed); !sound) return report(console, sound.error());
  const auto archive = bundle::encode_bundle(packed->files, packed->manifest.publisher, &*key);
  if (!archive) return report(console, archive.error());
  return write_bundle(console, arguments.value("out", file), *archive);
}

}  // namespace rapt::cli
