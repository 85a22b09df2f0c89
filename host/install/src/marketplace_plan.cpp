// SPDX-License-Identifier: AGPL-3.0-or-later
// From what an admin asks for to what is shown for consent.
#include "plan_work.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"
#include "records.hpp"
#include "stored_archives.hpp"

namespace rapt::install {
namespace {

using store::params;

constexpr store::Statement kPolicies{"module_policies_for_plan",
                                     "SELECT module, pin, channel = 'beta' AS beta FROM module_policies"};
constexpr store::Statement kKeepUpload{
    "module_uploads_keep", "INSERT INTO module_uploads (id, digest, module, version) VALUES ($1::uuid, $2, $3, $4)"};
constexpr store::Statement kUpload{"module_uploads_find", "SELECT digest FROM module_uploads WHERE id = $1::uuid"};

Result<PlanState> read_state(store::Transaction& tx, const bundle::TrustStore& folder,
                             const std::filesystem::path& var_dir) {
  PlanState out;
  const auto records = all_records(tx, var_dir);
  if (!records) return records.error();
  for (const auto& one : *records) out.installed.emplace(one.name, one);
  auto manifests = some_manifests(tx);
  if (!manifests) return manifests.error();
  out.manifests = std::move(*manifests);
  auto trust = with_trusted_keys(tx, folder);
  if (!trust) return trust.error();
  out.trust = std::move(*trust);
  const auto policies = tx.exec(kPolicies);
  if (!policies) return policies.error();
  for (std::size_t i = 0; i < policies->size(); ++i) {
    const auto row = (*policies)[i];
    if (const auto pin = row.optional_text("pin")) out.pins.emplace(row.text("module"), *pin);
    if (row.boolean("beta")) out.follow_beta.insert(row.text("module"));
  }
  return out;
}

Result<std::string> uploaded(store::Transaction& tx, const std::string& id) {
  const auto gone = Error::not_found("upload with this id any more; it is kept for an hour. Upload the file again");
  if (!Id<struct UploadTag>::parse(id)) return gone;
  const auto rows = tx.exec(kUpload, params(id));
  if (!rows) return rows.error();
  if (rows->empty()) return gone;
  return stored_archive(tx, (*rows)[0].text("digest"));
}

std::vector<marketplace::Present> present_of(const PlanState& state) {
  std::vector<marketplace::Present> out;
  for (const auto& [name, record] : state.installed) {
    const auto version = Version::parse(record.version);
    if (!version) continue;  // no bundle has such a version
    marketplace::Present one{name, record.publisher, *version, record.version, {}, std::nullopt};
    if (const auto manifest = state.manifests.find(name); manifest != state.manifests.end())
      one.dependencies = manifest->second.dependencies;
    if (const auto pin = state.pins.find(name); pin != state.pins.end()) one.pin = pin->second;
    out.push_back(std::move(one));
  }
  return out;
}

/// A bundle that was handed in: what it is, and that it may be believed.
Task<Result<void>> take_file(const MarketplaceInstaller::Parts& parts, PlanState& state, std::string archive) {
  const auto bundle = bundle::read_bundle(archive);
  if (!bundle) co_return bundle.error();
  const auto& manifest = bundle->manifest;
  const auto here = state.installed.find(manifest.name);
  const bool same = here != state.installed.end() && here->second.version == manifest.version;
  if (same && here->second.digest_hex != security::hex(bundle->digest))
    co_return Error::conflict(manifest.name + " " + manifest.version +
                              " is installed already, with other bytes. A publisher gives every change a new version: "
                              "ask for one.");
  auto kept = cache_bundle(parts.var_dir, archive);
  if (!kept) co_return kept.error();
  auto believed = co_await vouch_for_file(parts, state, std::move(*kept), manifest);
  if (!believed) co_return believed.error();
  state.file_candidates[manifest.name] = {*Version::parse(manifest.version), manifest.version, manifest.publisher,
                                          manifest.dependencies};
  state.files[manifest.name] = std::move(*believed);
  co_return Result<void>();
}

/// The metadata is asked whenever a root is pinned. Without an answer a file may still be installed by its signature.
Task<Result<void>> ask_registry(const MarketplaceInstaller::Parts& parts, PlanState& state, bool needed) {
  if (parts.registry == nullptr || !parts.registry->is_pinned()) co_return Result<void>();
  const auto checked = co_await parts.registry->check();
  if (checked) {
    state.metadata_counts = true;
    co_return Result<void>();
  }
  const auto error = checked.error();
  if (needed || error.kind == ErrorKind::kForbidden) co_return error;
  state.warnings.push_back("The registry could not be asked (" + printable(error.message, 500) +
                           "), so the file's own signature alone was checked.");
  co_return Result<void>();
}

Task<Result<std::vector<marketplace::Change>>> choose(const MarketplaceInstaller::Parts& parts, PlanState& state,
                                                      PlanRequest request) {
  auto wanted = std::move(request.install);
  for (auto& one : wanted) one.beta = one.beta || state.follow_beta.contains(one.module);
  for (const auto& [module, candidate] : state.file_candidates) {
    const auto here = state.installed.find(module);
    if (here != state.installed.end() && here->second.version == candidate.text) continue;
    wanted.push_back({module, "=" + candidate.text.substr(0, candidate.text.find('+')), true});
  }
  const auto offers = offers_of(parts, state);
  co_return co_await marketplace::resolve(std::move(wanted), present_of(state), *offers);
}

Task<std::vector<marketplace::Advisory>> known_advisories(const MarketplaceInstaller::Parts& parts, PlanState& state) {
  if (!state.metadata_counts) co_return std::vector<marketplace::Advisory>{};
  auto told = co_await parts.registry->advisories();
  if (told) co_return std::move(*told);
  state.warnings.push_back("Security advisories could not be read: " + printable(told.error().message, 500));
  co_return std::vector<marketplace::Advisory>{};
}

}  // namespace

MarketplaceInstaller::MarketplaceInstaller(Parts parts)
    : parts_(std::move(parts)), operations_(parts_.database, parts_.host) {}

MarketplaceInstaller::~MarketplaceInstaller() = default;

Task<Result<Plan>> MarketplaceInstaller::plan(PlanRequest request, DownloadProgress progress) {
  auto reading = [folder = parts_.trust, var_dir = parts_.var_dir](store::Transaction& tx) {
    return read_state(tx, folder, var_dir);
  };
  auto state = co_await parts_.database.transaction(std::move(reading));
  if (!state) co_return state.error();
  if (!request.upload_id.empty()) {
    auto finding = [id = request.upload_id](store::Transaction& tx) { return uploaded(tx, id); };
    auto archive = co_await parts_.database.transaction(std::move(finding));
    if (!archive) co_return archive.error();
    request.archives.push_back(std::move(*archive));
  }
  // A mirror that was handed in with a file has to speak for it.
  const bool needed = !request.install.empty() || parts_.word == nullptr;
  RAPT_CO_TRY(co_await ask_registry(parts_, *state, needed));
  for (auto& archive : request.archives) RAPT_CO_TRY(co_await take_file(parts_, *state, std::move(archive)));
  const auto changes = co_await choose(parts_, *state, std::move(request));
  if (!changes) co_return changes.error();
  const auto advisories = co_await known_advisories(parts_, *state);
  Plan out;
  out.warnings = std::move(state->warnings);
  for (const auto& change : *changes) {
    const auto fetched = co_await fetch(parts_, *state, change, progress);
    if (!fetched) co_return fetched.error();
    auto step = describe(parts_, *state, change, *fetched);
    if (!step) co_return step.error();
    if (change.to.yanked) out.warnings.push_back(step->name + " " + step->to + " has been withdrawn by its publisher.");
    if (change.to.beta) out.warnings.push_back(step->name + " " + step->to + " is of the channel beta.");
    warn_of(*step, advisories, out.warnings);
    out.total_bytes += step->bytes;
    out.steps.push_back(std::move(*step));
  }
  out.id = plan_id(out);
  co_return out;
}

Task<Result<MarketplaceInstaller::Upload>> MarketplaceInstaller::keep_upload(std::string archive) {
  const auto bundle = bundle::read_bundle(archive);
  if (!bundle) co_return bundle.error();
  Upload out{new_uuid(), bundle->manifest.name, bundle->manifest.version};
  auto work = [out, digest = security::hex(bundle->digest),
               archive = std::move(archive)](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(lock_modules(tx));
    RAPT_TRY(forget_archives(tx));
    RAPT_TRY(store_archive(tx, digest, archive));
    RAPT_TRY(tx.exec(kKeepUpload, params(out.id, digest, out.name, out.version)));
    return {};
  };
  const auto kept = co_await parts_.database.transaction(std::move(work));
  if (!kept) co_return kept.error();
  co_return out;
}

Task<Result<std::vector<std::string>>> MarketplaceInstaller::dependents(std::string name) {
  auto reading = [folder = parts_.trust, var_dir = parts_.var_dir](store::Transaction& tx) {
    return read_state(tx, folder, var_dir);
  };
  const auto state = co_await parts_.database.transaction(std::move(reading));
  if (!state) co_return state.error();
  co_return marketplace::dependents(present_of(*state), name);
}

}  // namespace rapt::install
