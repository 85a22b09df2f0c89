// SPDX-License-Identifier: AGPL-3.0-or-later
#include "prepared_module.hpp"

#include <rapt/abi.h>
#include <rapt/events.h>

#include <algorithm>

#include "rapt/base/file.hpp"
#include "rapt/module_settings/config_schema.hpp"
#include "rapt/sandbox/fork_server.hpp"
#include "rapt/sandbox/offer.hpp"

namespace rapt::host {
namespace {

Error refusal(std::string sentence) {
  return Error{.kind = ErrorKind::kForbidden, .code = "MODULE_REFUSED", .message = std::move(sentence)};
}

std::string full_name(const InstalledModule& installed) {
  return installed.name + " " + installed.version;
}

Result<bundle::Bundle> read_installed(const InstalledModule& installed) {
  auto archive = read_file(installed.bundle_path, bundle::kMaxBundleBytes);
  if (!archive) return refusal("The bundle of " + full_name(installed) + " cannot be read: " + archive.error().message);
  if (security::hex(security::sha256(*archive)) != installed.digest_hex) {
    return refusal("The bundle of " + full_name(installed) +
                   " is not the one that was installed: its bytes have changed. Install the module again.");
  }
  auto read = bundle::read_bundle(*archive);
  if (!read) return refusal("The bundle of " + full_name(installed) + " is damaged: " + read.error().message);
  return read;
}

Result<void> check_manifest(const InstalledModule& installed, const bundle::Bundle& bundle) {
  const bundle::Manifest& manifest = bundle.manifest;
  if (manifest.name != installed.name || manifest.version != installed.version) {
    return refusal("The bundle of " + full_name(installed) + " says it is " + manifest.name + " " + manifest.version +
                   ". Install the module again.");
  }
  if (manifest.abi_major != RAPT_ABI_MAJOR || manifest.abi_minor > sandbox::kOfferedMinor) {
    return refusal("It needs module ABI " + std::to_string(manifest.abi_major) + "." +
                   std::to_string(manifest.abi_minor) + ", this host offers " + std::to_string(RAPT_ABI_MAJOR) + "." +
                   std::to_string(sandbox::kOfferedMinor) + ". Install a version that was built for it.");
  }
  if (bundle.library() == nullptr) {
    return refusal("It has no library for " + std::string(bundle::native_architecture()) +
                   ". Ask its publisher for a bundle that was built for this machine.");
  }
  return {};
}

/// rapt/auth_provider.h promises the deadline.
constexpr std::chrono::milliseconds kProviderLimit{5000};
constexpr std::chrono::milliseconds kEventLimit{RAPT_EVENTS_TIMEOUT_MS};

hooks::Window window_of(const bundle::ManifestHook& hook) {
  using Unit = hooks::Window::Unit;
  if (hook.window == "token") return {Unit::kToken, 0};
  if (hook.window == "size") return {Unit::kSize, static_cast<std::size_t>(hook.window_bytes)};
  return {};
}

/// The longest limit of what it declares: a call has its own.
template <class List>
void declare_call(hooks::Point point, const List& list, std::vector<hooks::HookDeclaration>& declared) {
  if (list.empty()) return;
  const auto shorter = [](const auto& a, const auto& b) { return a.timeout_ms < b.timeout_ms; };
  const auto longest = std::max_element(list.begin(), list.end(), shorter)->timeout_ms;
  declared.push_back(
      {.point = point, .time_limit = std::chrono::milliseconds(longest), .on_failure = hooks::FailPolicy::kClosed});
}

void declare_calls(const bundle::Manifest& manifest, std::vector<hooks::HookDeclaration>& declared) {
  using hooks::Point;
  declare_call(Point::kRoute, manifest.routes, declared);
  declare_call(Point::kJob, manifest.jobs, declared);
  declare_call(Point::kPanel, manifest.panels, declared);
  declare_call(Point::kExport, manifest.exports, declared);
  if (!manifest.events.subscribe.empty())
    declared.push_back({.point = Point::kEvent, .time_limit = kEventLimit, .on_failure = hooks::FailPolicy::kClosed});
}

Result<std::vector<hooks::HookDeclaration>> declared_hooks(const bundle::Manifest& manifest) {
  std::vector<hooks::HookDeclaration> declared;
  for (const auto& hook : manifest.hooks) {
    const auto point = hooks::parse_point(hook.point);
    if (!point) return refusal("Its manifest names the hook " + hook.point + ", which this host does not have.");
    // Its manifest says that it can live with this host, so it can live without being asked here.
    if (*point == hooks::Point::kChatOnDelta && !sandbox::kOffersStreams) continue;
    declared.push_back({*point, hook.priority, std::chrono::milliseconds(hook.timeout_ms),
                        hook.fail_closed ? hooks::FailPolicy::kClosed : hooks::FailPolicy::kOpen, hook.asynchronous,
                        window_of(hook), hook.history ? std::optional<std::size_t>(*hook.history) : std::nullopt});
  }
  if (sandbox::kOffersProviders && manifest.is_auth_provider()) {
    for (const auto point : {hooks::Point::kAuthStart, hooks::Point::kAuthStep})
      declared.push_back({.point = point, .time_limit = kProviderLimit, .on_failure = hooks::FailPolicy::kClosed});
  }
  if (sandbox::kOffersServices) declare_calls(manifest, declared);
  return declared;
}

Result<void> compile_schema(const bundle::Bundle& bundle, PreparedModule& prepared) {
  if (bundle.manifest.config_schema_path.empty()) return {};
  const auto file = bundle.files.find(bundle.manifest.config_schema_path);
  if (file == bundle.files.end())
    return refusal("Its manifest names a configuration schema that the bundle does not hold.");
  auto compiled = schema::JsonSchema::compile(file->second.bytes);
  if (!compiled) return refusal("Its configuration schema is not usable: " + compiled.error().message);
  // Also with our markers.
  if (auto marked = module_settings::ConfigSchema::compile(file->second.bytes); !marked)
    return refusal("Its configuration schema is not usable: " + marked.error().message);
  prepared.config_schema = std::move(*compiled);
  prepared.config_schema_json = file->second.bytes;
  return {};
}

Result<void> compile_finding_types(const bundle::Bundle& bundle, PreparedModule& prepared) {
  auto compiled = FindingTypes::compile(bundle.manifest.extractions);
  if (!compiled) return refusal(compiled.error().message);
  prepared.finding_types = std::move(*compiled);
  return {};
}

}  // namespace

Result<std::shared_ptr<const PreparedModule>> prepare_module(const InstalledModule& installed,
                                                             const bundle::TrustStore& trust,
                                                             bundle::SignaturePolicy policy) {
  auto bundle = read_installed(installed);
  if (!bundle) return bundle.error();
  RAPT_TRY(bundle::verify_bundle(*bundle, trust, policy));
  RAPT_TRY(check_manifest(installed, *bundle));
  auto declared = declared_hooks(bundle->manifest);
  if (!declared) return declared.error();
  auto library = sandbox::sealed_copy("rapt-" + installed.name, bundle->library()->bytes);
  if (!library) return library.error();
  auto prepared = std::make_shared<PreparedModule>();
  prepared->installed = installed;
  prepared->is_signed = !bundle->signature.empty();
  prepared->library = std::move(*library);
  prepared->hooks = std::move(*declared);
  RAPT_TRY(compile_schema(*bundle, *prepared));
  RAPT_TRY(compile_finding_types(*bundle, *prepared));
  prepared->manifest = std::move(bundle->manifest);
  return std::shared_ptr<const PreparedModule>(std::move(prepared));
}

}  // namespace rapt::host
