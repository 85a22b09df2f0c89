// SPDX-License-Identifier: AGPL-3.0-or-later
#include "instance.hpp"

#include <filesystem>

#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/library.hpp"
#include "rapt/host/module_schema.hpp"
#include "rapt/marketplace/registry_client.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/host_key.hpp"

namespace rapt::cli {
namespace {

Result<marketplace::ModuleVersion> choose(const marketplace::ModuleListing& listing, const std::string& wanted) {
  if (wanted.empty()) {
    const auto* newest = marketplace::latest_compatible(
        listing, {install::kAbiMajor, install::kAbiMinor, bundle::native_architecture()});
    if (newest != nullptr) return *newest;
    return Error::not_found("version of " + listing.name + " in the registry that this host can run");
  }
  for (const auto& version : listing.versions) {
    if (version.version == wanted) return version;
  }
  return Error::not_found("version \"" + printable(wanted, 80) + "\" of " + listing.name + " in the registry");
}

Task<Result<std::string>> download(marketplace::RegistryClient& registry, std::string name, std::string wanted) {
  const auto listing = co_await registry.find(std::move(name));
  if (!listing) co_return listing.error();
  const auto version = choose(*listing, wanted);
  if (!version) co_return version.error();
  co_return co_await registry.download(listing->name, *version);
}

}  // namespace

Result<Instance> open_instance(const Console& console) {
  auto settings = settings_of(console);
  if (!settings) return settings.error();
  Instance out;
  out.settings = std::move(*settings);
  auto trust = bundle::TrustStore::load(out.settings.var_dir / "trust");
  if (!trust) return trust.error();
  out.trust = std::move(*trust);
  out.policy = out.settings.development_modules ? bundle::SignaturePolicy::kDevelopmentMayLack
                                                : bundle::SignaturePolicy::kRequired;
  store::Database::Options options;
  options.url = out.settings.database_url;
  options.connections = 1;
  out.database = std::make_unique<store::Database>(std::move(options));
  std::shared_ptr<const host::ModuleSchemas> schemas;
  if (const auto keys = security::host_keys(out.settings.var_dir / "keys")) {
    out.box = std::make_unique<security::SecretBox>(keys->secrets);
    schemas = std::make_shared<host::ModuleSchemas>(out.settings.database_url, *out.box);
  }
  out.installer = std::make_unique<install::Installer>(*out.database, out.settings.var_dir, out.trust, out.policy,
                                                       std::move(schemas));
  return out;
}

Result<Offer> fetch_offer(const config::Settings& settings, const std::string& what) {
  std::error_code failure;
  if (what.ends_with(".rapt") || what.find('/') != std::string::npos || std::filesystem::exists(what, failure)) {
    auto archive = read_file(what, bundle::kMaxBundleBytes);
    if (!archive) return archive.error();
    return Offer{std::move(*archive), what};
  }
  if (settings.marketplace_url.empty()) {
    return Error::invalid("MARKETPLACE_URL", "is not set, and there is no file \"" + printable(what, 80) +
                                                 "\". Set it to a registry's address, or name a .rapt file.");
  }
  const auto at = what.find('@');
  http::Client client;
  marketplace::RegistryClient registry(client, settings.marketplace_url);
  auto archive =
      runtime::run_blocking(download(registry, what.substr(0, at), at == std::string::npos ? "" : what.substr(at + 1)));
  if (!archive) return archive.error();
  return Offer{std::move(*archive), settings.marketplace_url};
}

Result<void> check_installed(const install::InstalledRecord& record, const bundle::TrustStore& trust,
                             bundle::SignaturePolicy policy) {
  const auto archive = read_file(record.path, bundle::kMaxBundleBytes);
  const auto remedy = " Install it again: rapt module install " + record.name + "@" + record.version;
  if (!archive) return Error::invalid("", record.name + ": " + archive.error().message + remedy);
  if (security::hex(security::sha256(*archive)) != record.digest_hex) {
    return Error::invalid("", record.name + ": " + record.path.string() +
                                  " is not the bundle that was installed: it has been changed." + remedy);
  }
  const auto bundle = bundle::read_bundle(*archive);
  if (!bundle) return bundle.error();
  RAPT_TRY(bundle::verify_bundle(*bundle, trust, policy));
  return bundle::check_libraries(*bundle);
}

}  // namespace rapt::cli
