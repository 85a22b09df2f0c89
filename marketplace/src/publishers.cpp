// SPDX-License-Identifier: AGPL-3.0-or-later
#include "publishers.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "look_alike.hpp"
#include "publish_input.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using store::params;
using store::Statement;
using store::Transaction;

constexpr int kRegistrationsAnHour = 60;
constexpr std::size_t kMostPublisherKeys = 16;
constexpr auto kYoung = std::chrono::hours(24);

// Two who choose similar names at the same moment take turns.
constexpr Statement kLockNames{"publishers_lock", "SELECT pg_advisory_xact_lock(5117001)"};
constexpr Statement kRecent{"publishers_recent", "SELECT count(*) AS n FROM publishers WHERE created_at > $1"};
constexpr Statement kPublisherNames{
    "publishers_names",
    "SELECT name, (created_at < $1 OR EXISTS (SELECT 1 FROM modules m WHERE m.publisher = p.name AND m.downloads > 0)) "
    "AS known FROM publishers p"};
constexpr Statement kModuleNames{
    "modules_names_of_others",
    "SELECT name FROM modules WHERE publisher <> $1 AND (downloads > 0 OR created_at < $2) ORDER BY downloads DESC"};
constexpr Statement kKeyOwner{"publishers_key_owner",
                              "SELECT publisher FROM publisher_keys WHERE public_key = $1 OR key_id = $2"};
constexpr Statement kInsertPublisher{"publishers_insert",
                                     "INSERT INTO publishers (name, title, contact, url) VALUES ($1, $2, $3, $4)"};
constexpr Statement kInsertKey{
    "publishers_key_insert",
    "INSERT INTO publisher_keys (key_id, publisher, public_key, label) VALUES ($1, $2, $3, $4)"};
// Locked: of two keys that are revoked at once, the second has to see that it is the last.
constexpr Statement kKeys{"publishers_keys",
                          "SELECT public_key, label, added_at, revoked_at, revoked_because FROM publisher_keys "
                          "WHERE publisher = $1 ORDER BY added_at, key_id FOR UPDATE"};
constexpr Statement kRevoke{"publishers_key_revoke",
                            "UPDATE publisher_keys SET revoked_at = now(), revoked_because = $2 WHERE key_id = $1"};
constexpr Statement kShow{"publishers_show",
                          "SELECT name, title, contact, url, reviewed, suspended_because, created_at FROM publishers "
                          "WHERE name = $1"};

Result<void> check_free_publisher(Transaction& tx, const NewPublisher& wanted, TimePoint now) {
  const auto names = tx.exec(kPublisherNames, params(now - kYoung));
  if (!names) return names.error();
  std::vector<std::string> known;
  for (std::size_t i = 0; i < names->size(); ++i) {
    const auto row = (*names)[i];
    if (row.text("name") == wanted.name) {
      return coded(ErrorKind::kConflict, "NAME_TAKEN",
                   "There is a publisher " + wanted.name +
                       " already. If you are it, add this key with an old one: "
                       "`rapt publisher add-key`. Otherwise choose another name.");
    }
    if (row.boolean("known")) known.push_back(row.text("name"));
  }
  if (wanted.by_operator) return {};
  if (is_reserved_name(wanted.name)) {
    return coded(ErrorKind::kForbidden, "NAME_RESERVED",
                 "The name " + wanted.name + " is kept for the platform and its registry. Choose another one.");
  }
  if (const auto similar = similar_to(wanted.name, known)) {
    return coded(ErrorKind::kConflict, "NAME_SIMILAR",
                 "The name " + wanted.name + " looks too much like the publisher " + *similar +
                     ": people could take one for the other. Choose another one.");
  }
  return {};
}

Result<void> check_free_key(Transaction& tx, const security::PublicKey& key) {
  const auto owner = tx.exec(kKeyOwner, params(key.to_text(), key.key_id()));
  if (!owner) return owner.error();
  if (owner->empty()) return {};
  return coded(ErrorKind::kConflict, "KEY_TAKEN",
               "The key " + key.key_id() + " belongs to the publisher " + (*owner)[0].text("publisher") +
                   " already, and stays its own for ever: `rapt keygen` makes another one.");
}

Result<void> insert_key(Transaction& tx, const std::string& publisher, const security::PublicKey& key,
                        const std::string& label) {
  const auto inserted = tx.exec(kInsertKey, params(key.key_id(), publisher, key.to_text(), label));
  if (!inserted) return inserted.error();
  return {};
}

json key_json(const PublisherKey& one) {
  json out = {{"key_id", one.key.key_id()},
              {"label", one.label},
              {"added_at", to_rfc3339(one.added_at)},
              {"revoked_at", nullptr}};
  if (one.revoked_at) {
    out["revoked_at"] = to_rfc3339(*one.revoked_at);
    out["revoked_because"] = one.revoked_because;
  }
  return out;
}

}  // namespace

Result<void> register_publisher(Transaction& tx, const Repository& repository, const NewPublisher& wanted,
                                TimePoint now) {
  if (!bundle::is_valid_name(wanted.name)) {
    return Error::invalid("name",
                          "A publisher's name has 2 to 63 lower-case letters, digits and hyphens, and begins with a "
                          "letter.");
  }
  if (const auto locked = tx.exec(kLockNames); !locked) return locked.error();
  const auto recent = tx.exec(kRecent, params(now - std::chrono::hours(1)));
  if (!recent) return recent.error();
  if (!wanted.by_operator && (*recent)[0].integer("n") >= kRegistrationsAnHour) {
    auto out = coded(ErrorKind::kRateLimited, "", "Too many publishers have registered in this hour. Try again later.");
    out.retry_after_seconds = 600;
    return out;
  }
  RAPT_TRY(check_free_publisher(tx, wanted, now));
  RAPT_TRY(check_free_key(tx, wanted.key));
  const auto inserted = tx.exec(kInsertPublisher, params(wanted.name, wanted.title, wanted.contact, wanted.url));
  if (!inserted) return inserted.error();
  RAPT_TRY(insert_key(tx, wanted.name, wanted.key, wanted.label));
  RAPT_TRY(repository.admit(tx, wanted.name, {wanted.key}));
  return {};
}

Result<std::vector<PublisherKey>> keys_of(Transaction& tx, const std::string& publisher) {
  const auto rows = tx.exec(kKeys, params(publisher));
  if (!rows) return rows.error();
  std::vector<PublisherKey> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto key = security::PublicKey::from_text(row.text("public_key"));
    if (!key) return Error::internal("publisher_keys of " + publisher + ": " + key.error().message);
    out.push_back(
        {*key, row.text("label"), row.time("added_at"), row.optional_time("revoked_at"), row.text("revoked_because")});
  }
  return out;
}

Result<Delegated> admit_again(Transaction& tx, const Repository& repository, const std::string& publisher) {
  const auto all = keys_of(tx, publisher);
  if (!all) return all.error();
  std::vector<security::PublicKey> counting;
  for (const auto& one : *all) {
    if (!one.revoked_at) counting.push_back(one.key);
  }
  return repository.admit(tx, publisher, counting);
}

Result<Delegated> add_key(Transaction& tx, const Repository& repository, const std::string& publisher,
                          const security::PublicKey& key, const std::string& label) {
  RAPT_TRY(check_free_key(tx, key));
  const auto all = keys_of(tx, publisher);
  if (!all) return all.error();
  const auto count = std::count_if(all->begin(), all->end(), [](const auto& one) { return !one.revoked_at; });
  if (static_cast<std::size_t>(count) >= kMostPublisherKeys) {
    return Error::conflict("The publisher " + publisher + " has " + std::to_string(kMostPublisherKeys) +
                           " keys already: revoke one that is not used any more.");
  }
  RAPT_TRY(insert_key(tx, publisher, key, label));
  return admit_again(tx, repository, publisher);
}

Result<Delegated> revoke_key(Transaction& tx, const Repository& repository, const std::string& publisher,
                             const std::string& key_id, const std::string& because) {
  const auto all = keys_of(tx, publisher);
  if (!all) return all.error();
  const auto it = std::find_if(all->begin(), all->end(), [&](const auto& one) { return one.key.key_id() == key_id; });
  if (it == all->end()) return Error::not_found("key of " + publisher + " as " + printable(key_id, 40));
  if (it->revoked_at) {
    return Error::conflict("The key " + key_id + " was revoked on " + to_rfc3339(*it->revoked_at) + " already.");
  }
  if (std::count_if(all->begin(), all->end(), [](const auto& one) { return !one.revoked_at; }) == 1) {
    return coded(ErrorKind::kConflict, "LAST_KEY",
                 "The key " + key_id + " is the last one of " + publisher +
                     ": add another one first (`rapt publisher add-key`), then revoke it.");
  }
  if (const auto revoked = tx.exec(kRevoke, params(key_id, because)); !revoked) return revoked.error();
  return admit_again(tx, repository, publisher);
}

Result<void> check_module_name(Transaction& tx, const std::string& name, const std::string& publisher, TimePoint now) {
  if (const auto locked = tx.exec(kLockNames); !locked) return locked.error();
  if (is_reserved_name(name)) {
    return coded(ErrorKind::kForbidden, "NAME_RESERVED",
                 "The name " + name + " is kept for the platform and its registry. Choose another one.");
  }
  const auto rows = tx.exec(kModuleNames, params(publisher, now - kYoung));
  if (!rows) return rows.error();
  std::vector<std::string> others;
  for (std::size_t i = 0; i < rows->size(); ++i) others.push_back((*rows)[i].text("name"));
  const auto similar = similar_to(name, others);
  if (!similar) return {};
  return coded(ErrorKind::kConflict, "NAME_SIMILAR",
               "The name " + name + " looks too much like " + *similar +
                   ", a module of another publisher: people could take one for the other. Choose another one.");
}

Result<std::string> describe_publisher(Transaction& tx, const std::string& publisher) {
  const auto rows = tx.exec(kShow, params(publisher));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("publisher as " + printable(publisher, 80));
  const auto row = (*rows)[0];
  json out = {{"name", row.text("name")},
              {"title", row.text("title")},
              {"contact", row.text("contact")},
              {"url", row.text("url")},
              {"reviewed", row.boolean("reviewed")},
              {"since", to_rfc3339(row.time("created_at"))},
              {"suspended", nullptr},
              {"keys", json::array()}};
  if (const auto because = row.optional_text("suspended_because")) out["suspended"] = *because;
  const auto keys = keys_of(tx, publisher);
  if (!keys) return keys.error();
  for (const auto& one : *keys) out["keys"].push_back(key_json(one));
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace rapt::marketplace
