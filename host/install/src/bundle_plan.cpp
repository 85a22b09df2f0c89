// SPDX-License-Identifier: AGPL-3.0-or-later
// What a bundle asks for beyond what has been agreed to.
#include "bundle_plan.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"
#include "rapt/bundle/consent.hpp"
#include "records.hpp"

namespace rapt::install {
namespace {

/// Whoever installs a module agrees to its hooks; an upgrade may bring more of them.
Result<void> check_hooks(const InstallPlan& plan) {
  if (!plan.installed_version) return {};
  Error error = Error::conflict(plan.manifest.name + " " + plan.manifest.version +
                                " is told more of what people write than the installed version:");
  for (const auto& hook : plan.hooks) {
    if (!hook.is_new) continue;
    error.message += " " + hook.point + " (" + hook.text + " " + hook.change + ")";
    error.fields.push_back({hook.point, hook.text});
  }
  if (error.fields.empty()) return {};
  error.message += ". Say --yes to agree to it.";
  return error;
}

}  // namespace

std::vector<PlannedHook> planned_hooks(const bundle::Manifest& manifest, const bundle::Manifest* before) {
  std::vector<PlannedHook> out;
  for (const auto& hook : manifest.hooks) {
    bundle::HookChange change{true, ""};
    if (before != nullptr) change = bundle::change_of(hook, before->hooks);
    out.push_back({hook.point, bundle::told_at(hook), std::move(change.words), change.more});
  }
  return out;
}

std::vector<std::string> removed_hooks(const bundle::Manifest& manifest, const bundle::Manifest* before) {
  std::vector<std::string> out;
  if (before == nullptr) return out;
  for (const auto& old : before->hooks) {
    const auto same = [&](const auto& hook) { return hook.point == old.point; };
    if (std::none_of(manifest.hooks.begin(), manifest.hooks.end(), same)) out.push_back(old.point);
  }
  return out;
}

Result<Present> find_present(store::Transaction& tx, const std::string& name, const std::filesystem::path& var_dir) {
  auto record = find_record(tx, name, var_dir);
  if (!record) return record.error();
  auto manifests = some_manifests(tx, name);
  // One that this host cannot read any more is mended by installing the module again: then all of its hooks are new.
  if (!manifests && manifests.error().kind != ErrorKind::kInvalid) return manifests.error();
  Present out{std::move(*record), std::nullopt};
  if (manifests && manifests->contains(name)) out.manifest = std::move(manifests->at(name));
  return out;
}

InstallPlan make_plan(const bundle::Bundle& bundle, const Present& present) {
  const auto& installed = present.record;
  InstallPlan out;
  out.manifest = bundle.manifest;
  out.is_signed = !bundle.signature.empty();
  out.key_id = bundle.publisher_key_id;
  if (installed) out.installed_version = installed->version;
  out.same_bytes = installed && installed->digest_hex == security::hex(bundle.digest);
  const auto granted = installed ? installed->permissions : std::vector<std::string>{};
  for (const auto& permission : bundle.manifest.permissions) {
    const auto grants = bundle::grants_of(permission);
    const bool all = std::all_of(grants.begin(), grants.end(), [&](const std::string& grant) {
      return std::find(granted.begin(), granted.end(), grant) != granted.end();
    });
    if (!all) out.new_permissions.push_back(permission);
  }
  const auto* before = present.manifest ? &*present.manifest : nullptr;
  out.hooks = planned_hooks(bundle.manifest, before);
  out.removed_hooks = removed_hooks(bundle.manifest, before);
  return out;
}

Result<void> check_granted(const InstallPlan& plan, const InstallOptions& options) {
  if (options.grant_permissions) return {};
  if (plan.new_permissions.empty()) return check_hooks(plan);
  Error error = Error::conflict(plan.manifest.name + " " + plan.manifest.version +
                                " asks for permissions that nobody has granted yet:");
  for (const auto& permission : plan.new_permissions) {
    error.message += " " + bundle::full_name(permission) + " (" + printable(permission.reason, 300) + ")";
    error.fields.push_back({permission.name, permission.reason});
  }
  error.message += ". Say --yes to grant them.";
  return error;
}

}  // namespace rapt::install
