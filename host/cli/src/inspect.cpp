// SPDX-License-Identifier: AGPL-3.0-or-later
#include <ostream>

#include <nlohmann/json.hpp>

#include "author_commands.hpp"
#include "rapt/base/file.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/bundle/consent.hpp"
#include "rapt/bundle/library.hpp"
#include "trust_dir.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;

Result<bundle::Bundle> load_bundle(const std::string& path) {
  const auto bytes = read_file(path, bundle::kMaxBundleBytes);
  if (!bytes) return bytes.error();
  return bundle::read_bundle(*bytes);
}

std::string abi(std::uint32_t major, std::uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

std::string window(const bundle::ManifestHook& hook) {
  return hook.window == "size" ? std::to_string(hook.window_bytes) + " bytes" : hook.window;
}

/// In words for whoever decides whether it may be installed.
std::string sees(const bundle::ManifestHook& hook) {
  if (!hook.point.starts_with("chat:") && !hook.point.starts_with("session:")) return "";
  if (!hook.history) return ", sees the whole conversation";
  if (*hook.history == 0) return ", sees nothing that was said before";
  return ", sees the last " + (*hook.history == 1 ? "message" : std::to_string(*hook.history) + " messages") +
         " before";
}

std::string or_none(const std::string& path) {
  return path.empty() ? "none" : path;
}

json json_of(const bundle::Bundle& bundle) {
  const auto& m = bundle.manifest;
  const auto papers = bundle::papers_of(bundle);
  json out = {{"name", m.name},
              {"version", m.version},
              {"title", m.title},
              {"description", m.description},
              {"publisher", m.publisher},
              {"license", m.license},
              {"abi", abi(m.abi_major, m.abi_minor)},
              {"abi_built", abi(m.abi_major, m.abi_built_minor)},
              {"license_file", papers.license},
              {"change_log", papers.change_log},
              {"sbom", papers.sbom},
              {"migrations", bundle::migrations_of(bundle)},
              {"memory_mb", m.memory_mb},
              {"dependencies", m.dependencies},
              {"sha256", security::hex(bundle.digest)},
              {"signed", !bundle.signature.empty()},
              {"key_id", bundle.publisher_key_id},
              {"libraries", m.libraries},
              {"hooks", json::array()},
              {"permissions", json::array()},
              {"extractions", json::array()},
              {"files", json::array()}};
  for (const auto& hook : m.hooks) {
    out["hooks"].push_back({{"point", hook.point},
                            {"priority", hook.priority},
                            {"timeout_ms", hook.timeout_ms},
                            {"on_failure", hook.fail_closed ? "closed" : "open"},
                            {"async", hook.asynchronous}});
    if (hook.history) out["hooks"].back()["history"] = *hook.history;
    if (!hook.window.empty()) out["hooks"].back()["window"] = window(hook);
  }
  for (const auto& permission : m.permissions) {
    const auto consent = bundle::consent_to(permission);
    json one{{"name", permission.name},
             {"reason", permission.reason},
             {"gives", consent.gives},
             {"offered", consent.offered},
             {"write", permission.write}};
    if (!permission.hosts.empty()) one["hosts"] = permission.hosts;
    if (!permission.paths.empty()) one["paths"] = permission.paths;
    out["permissions"].push_back(std::move(one));
  }
  for (const auto& found : m.extractions) {
    out["extractions"].push_back({{"type", found.type},
                                  {"title", found.title},
                                  {"description", found.description},
                                  {"schema", json::parse(found.schema_json, nullptr, false)}});
  }
  for (const auto& [path, file] : bundle.files)
    out["files"].push_back({{"path", path}, {"bytes", file.bytes.size()}, {"executable", file.mode == 0755}});
  return out;
}

void show(std::ostream& out, const bundle::Bundle& bundle) {
  const auto& m = bundle.manifest;
  const auto papers = bundle::papers_of(bundle);
  out << m.name << " " << m.version << ": " << m.title << "\n  " << m.description << "\n\npublisher    " << m.publisher
      << "\nsigned       "
      << (bundle.signature.empty()
              ? "no"
              : "with key " + bundle.publisher_key_id + " (`rapt verify` says whether it may be believed)")
      << "\nlicense      " << m.license << "\nABI          " << abi(m.abi_major, m.abi_minor) << " or newer, built for "
      << abi(m.abi_major, m.abi_built_minor) << "\nmemory       " << m.memory_mb << " MiB\nSHA-256      "
      << security::hex(bundle.digest) << "\nlicence text " << or_none(papers.license) << "\nchange log   "
      << or_none(papers.change_log) << "\nmaterials    " << or_none(papers.sbom) << "\n\nhooks\n";
  for (const auto& hook : m.hooks) {
    out << "  " << hook.point << "  priority " << hook.priority << ", " << hook.timeout_ms << " ms, fails "
        << (hook.fail_closed ? "closed" : "open") << (hook.asynchronous ? ", asynchronous" : "")
        << (hook.window.empty() ? "" : ", window " + window(hook)) << sees(hook) << "\n";
  }
  if (!m.dependencies.empty()) out << "needs\n";
  for (const auto& [module, range] : m.dependencies) out << "  " << module << " " << range << "\n";
  out << "permissions\n";
  for (const auto& permission : m.permissions) out << bundle::asked_in_words(permission, "  ");
  if (!m.extractions.empty()) out << "findings\n";
  for (const auto& found : m.extractions) out << "  " << found.type << ": " << found.title << "\n";
  if (const auto migrations = bundle::migrations_of(bundle); !migrations.empty()) {
    out << "migrations\n";
    for (const auto& path : migrations) out << "  " << path << "\n";
  }
  out << "files\n";
  for (const auto& [path, file] : bundle.files) out << "  " << path << "  " << file.bytes.size() << " bytes\n";
}

/// The keys of --key FILE.pub (for the publisher that its name says), or the store of this host.
Result<bundle::TrustStore> chosen_trust(const Console& console, const Arguments& arguments) {
  if (!arguments.has("key")) {
    auto folder = trust_dir(console);
    if (!folder) return folder.error();
    return bundle::TrustStore::load(*folder);
  }
  auto file = load_public_keys(arguments.value("key"), "");
  if (!file) return file.error();
  bundle::TrustStore out;
  for (const auto& key : file->keys) out.add(file->publisher, key);
  return out;
}

}  // namespace

int run_inspect(Console& console, const Arguments& arguments) {
  const auto bundle = load_bundle(arguments.positional[0]);
  if (!bundle) return report(console, bundle.error());
  if (console.json) {
    console.out << json_of(*bundle) << "\n";
  } else {
    show(console.out, *bundle);
  }
  return kOk;
}

int run_verify(Console& console, const Arguments& arguments) {
  const auto trust = chosen_trust(console, arguments);
  if (!trust) return report(console, trust.error());
  const auto bundle = load_bundle(arguments.positional[0]);
  if (!bundle) return report(console, bundle.error());
  if (auto believed = bundle::verify_bundle(*bundle, *trust, bundle::SignaturePolicy::kRequired); !believed)
    return report(console, believed.error());
  if (auto sound = bundle::check_libraries(*bundle); !sound) return report(console, sound.error());
  if (console.json) {
    console.out << json{{"verified", true},
                        {"name", bundle->manifest.name},
                        {"version", bundle->manifest.version},
                        {"key_id", bundle->publisher_key_id}}
                << "\n";
  } else {
    console.out << bundle->manifest.name << " " << bundle->manifest.version << " is signed by "
                << bundle->manifest.publisher << " with the trusted key " << bundle->publisher_key_id
                << ", and its libraries are sound.\n";
  }
  return kOk;
}

}  // namespace rapt::cli
