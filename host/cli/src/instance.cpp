// SPDX-License-Identifier: AGPL-3.0-or-later
#include "instance.hpp"

#include <filesystem>

#include "rapt/base/file.hpp"
#include "rapt/bundle/library.hpp"
#include "rapt/host/module_schema.hpp"
#include "rapt/security/host_key.hpp"

namespace rapt::cli {

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
  options.connections = 2;  // one says that an operation lives while the other works
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

bool names_a_file(const std::string& what) {
  std::error_code failure;
  return what.ends_with(".rapt") || what.find('/') != std::string::npos || std::filesystem::exists(what, failure);
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
