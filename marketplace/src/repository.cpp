// SPDX-License-Identifier: AGPL-3.0-or-later
#include "repository.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "ceremony_intake.hpp"
#include "documents.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::size_t kMostPublisherBytes = 4 * 1024 * 1024, kMostKeys = 16;
constexpr std::chrono::days kReaders{1}, kWarnAhead{30};
constexpr std::string_view kOnline[] = {kCommunityRole, kRegistryRole, "snapshot", "timestamp"};
constexpr std::string_view kTimestampFile = "timestamp.json";

/// "17.publisher-x.json" -> version and role. nullopt for a name that no document has.
std::optional<std::pair<std::int64_t, std::string>> parse_file_name(std::string_view name) {
  constexpr std::string_view kEnd = ".json";
  std::int64_t version = 0;
  const auto [rest, fault] = std::from_chars(name.data(), name.data() + name.size(), version);
  const auto begin = static_cast<std::size_t>(rest - name.data());
  if (fault != std::errc() || version < 1 || name.front() == '0' || !name.ends_with(kEnd) || begin >= name.size() ||
      name[begin] != '.' || name.size() <= begin + 1 + kEnd.size())
    return std::nullopt;
  const auto role = name.substr(begin + 1, name.size() - begin - 1 - kEnd.size());
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (role.size() > 80 || role.find_first_not_of(kAllowed) != std::string_view::npos) return std::nullopt;
  return std::pair(version, std::string(role));
}

Result<Chain> need_chain(store::Transaction& transaction) {
  RAPT_TRY(documents::lock(transaction));
  auto chain = load_chain(transaction);
  if (!chain) return chain.error();
  if (!*chain) {
    return Error::conflict(
        "The registry has no signed root and targets yet. An operator has to hold a ceremony: `rapt-marketplace root "
        "--help`.");
  }
  return std::move(**chain);
}

Result<void> check_keys(const std::string& publisher, const std::vector<security::PublicKey>& keys) {
  if (!bundle::is_valid_name(publisher)) return Error::invalid("publisher", "It is no publisher's name.");
  if (keys.empty() || keys.size() > kMostKeys)
    return Error::invalid("keys", "A publisher has 1 to " + std::to_string(kMostKeys) + " keys.");
  return {};
}

tuf::Role any_of(const std::vector<security::PublicKey>& keys, Keys& known) {
  tuf::Role out;
  for (const auto& key : keys) {
    auto written = tuf::key_of(key);
    auto id = tuf::id_of(written);
    if (std::find(out.key_ids.begin(), out.key_ids.end(), id) == out.key_ids.end()) out.key_ids.push_back(id);
    known.insert_or_assign(std::move(id), std::move(written));
  }
  std::sort(out.key_ids.begin(), out.key_ids.end());
  return out;
}

/// A document that was handed in.
Result<SignedTargets> read_next(std::string_view file) {
  if (file.size() <= kMostPublisherBytes) return tuf::parse_targets(file);
  Error error;
  error.kind = ErrorKind::kTooLarge;
  error.message = "A publisher's document, as that of the releases, has at most 4 MiB.";
  return error;
}

Result<std::optional<SignedTargets>> read_stored_document(const std::string& publisher,
                                                          const std::optional<documents::Stored>& stored) {
  if (!stored) return std::optional<SignedTargets>();
  auto read = tuf::parse_targets(stored->file);
  if (!read) return Error::internal("the stored document of " + publisher + ": " + read.error().message);
  return std::optional(std::move(*read));
}

/// kNow, or kSignAgain when these keys have not signed the current document.
Result<Delegated> outcome(store::Transaction& transaction, const std::string& publisher, const tuf::Role& role,
                          const Keys& keys) {
  const auto stored = documents::current(transaction, publisher_role(publisher));
  if (!stored) return stored.error();
  const auto document = read_stored_document(publisher, *stored);
  if (!document) return document.error();
  const bool believed = !*document || tuf::valid_signatures((*document)->canonical, (*document)->signatures, role,
                                                            keys) >= role.threshold;
  return believed ? Delegated::kNow : Delegated::kSignAgain;
}

bool is_due(const std::map<std::string, TimePoint>& expiries, std::string_view role, TimePoint now) {
  const auto found = expiries.find(std::string(role));
  return found == expiries.end() || found->second - now < lifetime_of(role) / 2;
}

void warn_of(std::string_view what, std::int64_t version, TimePoint expires, TimePoint now,
             const std::string& remedy = "hold a ceremony: rapt-marketplace root --help") {
  if (expires > now + kWarnAhead) return;
  log::warn("repository.expires_soon", {{"document", std::string(what)},
                                        {"version", std::to_string(version)},
                                        {"expires_at", to_rfc3339(expires)},
                                        {"remedy", remedy}});
}

}  // namespace

struct Repository::Impl {
  const Clock& clock;
  Online online;

  /// Replaces the delegation of one publisher in the community's document; without keys it is removed.
  Result<void> delegate(store::Transaction& transaction, const Chain& chain, tuf::Targets community,
                        const std::string& publisher, const std::vector<security::PublicKey>& keys) const {
    auto& delegations = community.delegations;
    drop_delegation(community, publisher_role(publisher));
    if (!keys.empty()) {
      auto added = publisher_delegation(publisher, any_of(keys, delegations.keys), false);
      const auto place = std::lower_bound(delegations.roles.begin(), delegations.roles.end(), added,
                                          [](const auto& a, const auto& b) { return a.name < b.name; });
      delegations.roles.insert(place, std::move(added));
    }
    Touched touched;
    RAPT_TRY(online.sign(transaction, chain, kCommunityRole, std::move(community), touched));
    return announce(transaction, chain, touched);
  }

  Result<void> announce(store::Transaction& transaction, const Chain& chain, const Touched& touched) const {
    auto snapshot = Online::snapshot(transaction, chain);
    if (!snapshot) return snapshot.error();
    return online.announce(transaction, chain, std::move(*snapshot), touched);
  }

  Result<void> renew_due(store::Transaction& transaction, const Chain& chain,
                         const std::map<std::string, TimePoint>& expiries) const {
    const auto now = clock.now();
    Touched touched;
    for (const auto role : {kCommunityRole, kRegistryRole}) {
      if (!is_due(expiries, role, now)) continue;
      auto document = Online::targets(transaction, chain, role);
      if (!document) return document.error();
      RAPT_TRY(online.sign(transaction, chain, role, std::move(*document), touched));
    }
    if (!touched.empty() || is_due(expiries, "snapshot", now)) return announce(transaction, chain, touched);
    return online.stamp(transaction, chain);
  }
};

Repository::Repository(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Repository::~Repository() = default;

Result<std::shared_ptr<Repository>> Repository::open(const std::filesystem::path& keys_folder, const Clock& clock) {
  auto keys = KeyFolder::open(keys_folder);
  if (!keys) return keys.error();
  return std::shared_ptr<Repository>(
      new Repository(std::make_unique<Impl>(Impl{clock, Online(std::move(*keys), clock)})));
}

Task<Result<std::string>> Repository::file(store::Database& database, std::string name) const {
  if (name == kTimestampFile) co_return co_await documents::read(database, "timestamp", std::nullopt);
  auto parsed = parse_file_name(name);
  if (!parsed) co_return Error::not_found("document in the metadata");
  co_return co_await documents::read(database, std::move(parsed->second), parsed->first);
}

Result<std::vector<std::string>> Repository::take_signed(store::Transaction& transaction,
                                                         const std::vector<CeremonyFile>& files) const {
  RAPT_TRY(documents::lock(transaction));
  return CeremonyIntake(transaction, impl_->online, impl_->clock.now()).take(files);
}

Result<std::vector<std::string>> Repository::take_signed(store::Transaction& transaction, std::string_view role,
                                                         std::string_view file) const {
  return take_signed(transaction, {CeremonyFile{std::string(role), std::string(file)}});
}

Result<Delegated> Repository::admit(store::Transaction& transaction, const std::string& publisher,
                                    const std::vector<security::PublicKey>& keys) const {
  RAPT_TRY(check_keys(publisher, keys));
  auto chain = need_chain(transaction);
  if (!chain) return chain.error();
  Keys written;
  const auto role = any_of(keys, written);
  if (const auto* fixed = delegation_of(chain->targets.document, publisher_role(publisher))) {
    const std::set<std::string> there(fixed->role.key_ids.begin(), fixed->role.key_ids.end());
    if (there != std::set<std::string>(role.key_ids.begin(), role.key_ids.end())) return Delegated::kNextCeremony;
    return outcome(transaction, publisher, fixed->role, written);
  }
  auto community = Online::targets(transaction, *chain, kCommunityRole);
  if (!community) return community.error();
  const auto* before = delegation_of(*community, publisher_role(publisher));
  if (before == nullptr || !(before->role == role))
    RAPT_TRY(impl_->delegate(transaction, *chain, std::move(*community), publisher, keys));
  return outcome(transaction, publisher, role, written);
}

Result<Delegated> Repository::expel(store::Transaction& transaction, const std::string& publisher) const {
  auto chain = need_chain(transaction);
  if (!chain) return chain.error();
  auto community = Online::targets(transaction, *chain, kCommunityRole);
  if (!community) return community.error();
  const auto role = publisher_role(publisher);
  if (delegation_of(*community, role) != nullptr)
    RAPT_TRY(impl_->delegate(transaction, *chain, std::move(*community), publisher, {}));
  return delegation_of(chain->targets.document, role) == nullptr ? Delegated::kNow : Delegated::kNextCeremony;
}

Result<std::optional<std::string>> Repository::publisher_file(store::Transaction& transaction,
                                                              const std::string& publisher) const {
  auto stored = documents::current(transaction, publisher_role(publisher));
  if (!stored) return stored.error();
  if (!*stored) return std::optional<std::string>();
  return std::optional(std::move((*stored)->file));
}

Result<std::vector<security::PublicKey>> Repository::releases_keys(store::Transaction& transaction) const {
  const auto chain = load_chain(transaction);
  if (!chain) return chain.error();
  std::vector<security::PublicKey> out;
  const auto* role = *chain ? delegation_of((*chain)->targets.document, kReleasesRole) : nullptr;
  if (role == nullptr) return out;
  for (const auto& id : role->role.key_ids) {
    const auto& keys = (*chain)->targets.document.delegations.keys;
    const auto key = keys.find(id);
    if (key == keys.end()) continue;
    if (const auto ours = tuf::public_key_of(key->second)) out.push_back(*ours);
  }
  return out;
}

Result<std::optional<std::string>> Repository::releases_file(store::Transaction& transaction) const {
  auto stored = documents::current(transaction, kReleasesRole);
  if (!stored) return stored.error();
  if (!*stored) return std::optional<std::string>();
  return std::optional(std::move((*stored)->file));
}

Result<tuf::Targets> Repository::publish_releases(store::Transaction& transaction, std::string_view file) const {
  auto next = read_next(file);
  if (!next) return next.error();
  const auto chain = need_chain(transaction);
  if (!chain) return chain.error();
  const auto stored = documents::current(transaction, kReleasesRole);
  if (!stored) return stored.error();
  if (*stored && (*stored)->file == file) return std::move(next->document);
  const auto now = impl_->clock.now();
  RAPT_TRY(check_releases(chain->targets, *next, now));
  const auto version = next->document.version, expected = (*stored ? (*stored)->version : 0) + 1;
  if (version != expected)
    return Error::conflict("Releases " + std::to_string(version) + " do not follow the current document: version " +
                           std::to_string(expected) + " is next. Sign again: `rapt release sign` begins from it.");
  if (next->document.expires > now + std::chrono::days(kMostPublisherDays))
    return Error::invalid("expires", "It is more than " + std::to_string(kMostPublisherDays) + " days ahead.");
  RAPT_TRY(documents::insert(transaction, kReleasesRole, version, file, next->document.expires, now));
  const auto name = std::string(kReleasesRole) + ".json";
  RAPT_TRY(impl_->announce(transaction, *chain, {{name, meta_of(version, file)}}));
  return std::move(next->document);
}

Result<tuf::Targets> Repository::publish(store::Transaction& transaction, const std::string& publisher,
                                         std::string_view file) const {
  auto next = read_next(file);
  if (!next) return next.error();
  const auto chain = need_chain(transaction);
  if (!chain) return chain.error();
  const auto name = publisher_role(publisher);
  tuf::Targets community;
  const bool by_ceremony = delegation_of(chain->targets.document, name) != nullptr;
  if (!by_ceremony) {
    auto read = Online::targets(transaction, *chain, kCommunityRole);
    if (!read) return read.error();
    community = std::move(*read);
  }
  const auto& by = by_ceremony ? chain->targets.document : community;
  const auto* delegation = delegation_of(by, name);
  if (delegation == nullptr) return Error::forbidden("The registry's metadata delegates nothing to " + publisher + ".");
  const auto stored = documents::current(transaction, name);
  if (!stored) return stored.error();
  if (*stored && (*stored)->file == file) return std::move(next->document);
  const auto before = read_stored_document(publisher, *stored);
  if (!before) return before.error();
  const auto now = impl_->clock.now();
  RAPT_TRY(check_publisher(publisher, *delegation, by.delegations.keys, *before, *next, now));
  const auto version = next->document.version;
  RAPT_TRY(documents::insert(transaction, name, version, file, next->document.expires, now));
  RAPT_TRY(impl_->announce(transaction, *chain, {{name + ".json", meta_of(version, file)}}));
  return std::move(next->document);
}

Result<void> Repository::put_advisories(store::Transaction& transaction,
                                        const std::vector<Advisory>& advisories) const {
  // What clients would refuse must not be signed.
  if (auto readable = parse_advisories(encode_advisories(advisories)); !readable) return readable.error();
  const auto chain = need_chain(transaction);
  if (!chain) return chain.error();
  auto registry = Online::targets(transaction, *chain, kRegistryRole);
  if (!registry) return registry.error();
  RAPT_TRY(put_advisory_target(transaction, advisories, impl_->clock.now(), *registry));
  Touched touched;
  RAPT_TRY(impl_->online.sign(transaction, *chain, kRegistryRole, std::move(*registry), touched));
  return impl_->announce(transaction, *chain, touched);
}

Result<bool> Repository::renew(store::Transaction& transaction) const {
  const std::vector<std::string> roles(std::begin(kOnline), std::end(kOnline));
  const auto now = impl_->clock.now();
  const auto any_due = [&](const std::map<std::string, TimePoint>& expiries) {
    return std::any_of(roles.begin(), roles.end(), [&](const auto& role) { return is_due(expiries, role, now); });
  };
  auto expiries = documents::expiries(transaction, roles);
  if (!expiries) return expiries.error();
  if (!any_due(*expiries)) return false;
  RAPT_TRY(documents::lock(transaction));
  // Another server may have done it meanwhile.
  expiries = documents::expiries(transaction, roles);
  if (!expiries) return expiries.error();
  const auto chain = load_chain(transaction);
  if (!chain) return chain.error();
  if (!*chain || !any_due(*expiries)) return false;
  RAPT_TRY(impl_->renew_due(transaction, **chain, *expiries));
  for (const auto& role : roles) RAPT_TRY(documents::prune(transaction, role, now - kReaders));
  warn_of("root", (*chain)->root.document.version, (*chain)->root.document.expires, now);
  warn_of("targets", (*chain)->targets.document.version, (*chain)->targets.document.expires, now);
  const auto releases = documents::current(transaction, kReleasesRole);
  if (!releases) return releases.error();
  if (!*releases) return true;
  const auto read = tuf::parse_targets((*releases)->file);
  if (!read) return Error::internal("the stored document of releases: " + read.error().message);
  warn_of(kReleasesRole, read->document.version, read->document.expires, now, "rapt release sign");
  return true;
}

}  // namespace rapt::marketplace
