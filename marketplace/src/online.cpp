// SPDX-License-Identifier: AGPL-3.0-or-later
#include "online.hpp"

#include "documents.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::marketplace {
namespace {

using std::chrono::days;

constexpr days kReaderDays{1};  ///< how long a client may still be reading what was superseded
constexpr std::string_view kSnapshot = "snapshot", kTimestamp = "timestamp";

const tuf::Role& root_role(const Chain& chain, std::string_view role) {
  return chain.root.document.roles.at(std::string(role));
}

/// A document that the online keys have signed, from the database.
template <class Document, class Parse>
Result<Document> own(const documents::Stored& stored, Parse parse, const tuf::Role& role, const Keys& keys,
                     std::string_view name) {
  auto read = parse(stored.file);
  const auto what = "The stored " + std::string(name) + " " + std::to_string(stored.version);
  if (!read) return Error::internal(what + ": " + read.error().message);
  if (auto fits = check_signed(read->canonical, read->signatures, role, keys, what, "the metadata"); !fits)
    return Error::internal(fits.error().message + " Somebody has changed the database, or the keys.");
  if (read->document.version != stored.version)
    return Error::internal(what + " is version " + std::to_string(read->document.version) + ".");
  return std::move(read->document);
}

}  // namespace

tuf::FileMeta meta_of(std::int64_t version, std::string_view file) {
  tuf::FileMeta out;
  out.version = version;
  out.length = file.size();
  out.hashes = {{"sha256", security::hex(security::sha256(file))}};
  return out;
}

Result<void> put_advisory_target(store::Transaction& transaction, const std::vector<Advisory>& advisories,
                                 TimePoint now, tuf::Targets& registry) {
  const auto bytes = encode_advisories(advisories);
  const auto sha256 = security::hex(security::sha256(bytes));
  RAPT_TRY(documents::put_target(transaction, kAdvisoriesTarget, sha256, bytes, now, now - kReaderDays));
  tuf::Target target;
  target.length = bytes.size();
  target.hashes = {{"sha256", sha256}};
  registry.targets = {{std::string(kAdvisoriesTarget), std::move(target)}};
  return {};
}

std::chrono::seconds lifetime_of(std::string_view online_role) {
  return online_role == kTimestamp ? days(1) : online_role == kSnapshot ? days(7) : days(30);
}

Result<tuf::Targets> Online::targets(store::Transaction& transaction, const Chain& chain, std::string_view role) {
  const auto stored = documents::current(transaction, role);
  if (!stored) return stored.error();
  if (!*stored) return tuf::Targets{};
  return own<tuf::Targets>(**stored, tuf::parse_targets, delegation_of(chain.targets.document, role)->role,
                           chain.targets.document.delegations.keys, role);
}

Result<tuf::Snapshot> Online::snapshot(store::Transaction& transaction, const Chain& chain) {
  const auto stored = documents::current(transaction, kSnapshot);
  if (!stored) return stored.error();
  if (*stored) {
    return own<tuf::Snapshot>(**stored, tuf::parse_snapshot, root_role(chain, kSnapshot), chain.root.document.keys,
                              kSnapshot);
  }
  auto meta = documents::all_meta(transaction);
  if (!meta) return meta.error();
  tuf::Snapshot out;
  out.meta = std::move(*meta);
  return out;
}

/// Signs and stores; the document's version is that of the one before.
template <class Document>
Result<std::string> Online::put(store::Transaction& transaction, std::string_view name, const tuf::Role& role,
                                Document document) const {
  const auto now = clock_.now();
  ++document.version;
  document.expires = std::chrono::floor<std::chrono::seconds>(now + lifetime_of(name));
  const auto held = keys_->of(name, role);
  if (!held) return held.error();
  std::vector<const security::PrivateKey*> keys;
  for (const auto& key : *held) keys.push_back(key.get());
  auto file = tuf::sign_document(document, keys);
  RAPT_TRY(documents::insert(transaction, name, document.version, file, document.expires, now));
  return file;
}

Result<void> Online::sign(store::Transaction& transaction, const Chain& chain, std::string_view role,
                          tuf::Targets document, Touched& touched) const {
  const auto version = document.version + 1;
  const auto file = put(transaction, role, delegation_of(chain.targets.document, role)->role, std::move(document));
  if (!file) return file.error();
  touched[std::string(role) + ".json"] = meta_of(version, *file);
  return {};
}

Result<void> Online::announce(store::Transaction& transaction, const Chain& chain, tuf::Snapshot snapshot,
                              const Touched& touched) const {
  for (const auto& [name, meta] : touched) snapshot.meta[name] = meta;
  const auto file = put(transaction, kSnapshot, root_role(chain, kSnapshot), std::move(snapshot));
  if (!file) return file.error();
  return stamp(transaction, chain);
}

Result<void> Online::stamp(store::Transaction& transaction, const Chain& chain) const {
  const auto snapshot = documents::current(transaction, kSnapshot);
  if (!snapshot) return snapshot.error();
  const auto before = documents::current(transaction, kTimestamp);
  if (!before) return before.error();
  // Of the one before only its number counts, so it need not be believed.
  tuf::Timestamp next;
  next.version = *before ? (*before)->version : 0;
  next.snapshot = meta_of((*snapshot)->version, (*snapshot)->file);
  const auto file = put(transaction, kTimestamp, root_role(chain, kTimestamp), std::move(next));
  if (!file) return file.error();
  return {};
}

}  // namespace rapt::marketplace
