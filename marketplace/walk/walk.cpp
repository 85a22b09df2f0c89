// SPDX-License-Identifier: AGPL-3.0-or-later
#include "walk.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "chain.hpp"
#include "key_folder.hpp"

namespace rapt::marketplace::walk {
namespace {

using std::chrono::days;
using std::chrono::hours;
using store::Transaction;

[[noreturn]] void fail(const Error& error) {
  throw std::runtime_error(error.message + " " + error.log_detail);
}

void demand(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("The repository should have " + what + ".");
}

std::vector<const security::PrivateKey*> pointers(const std::vector<security::PrivateKey>& keys) {
  std::vector<const security::PrivateKey*> out;
  for (const auto& key : keys) out.push_back(&key);
  return out;
}

std::vector<std::string> ids(const std::vector<security::PrivateKey>& keys) {
  std::vector<std::string> out;
  for (const auto& key : keys) out.push_back(tuf::id_of(tuf::key_of(key.public_key())));
  return out;
}

}  // namespace

Walk::Walk(std::uint64_t seed, TestFolder& folder, store::Database& database)
    : random_(seed), folder_(folder), database_(database) {
  const auto made = develop(folder_.path, clock_.now());
  if (!made) fail(made.error());
  repository_ = Repository::open(folder_.path / "online", clock_).value();
  root_keys_.push_back(read_private_key(folder_.path / "offline/root.key").value());
  targets_keys_.push_back(read_private_key(folder_.path / "offline/targets.key").value());
  const auto root = read_document(folder_.path / "metadata/1.root.json").value();
  const auto targets = read_document(folder_.path / "metadata/1.targets.json").value();
  root_ = tuf::parse_root(root).value().document;
  targets_ = tuf::parse_targets(targets).value().document;
  take({{"root", root}, {"targets", targets}});
}

template <class Work>
auto Walk::run(Work work) {
  using R = std::invoke_result_t<Work, Transaction&>;
  std::optional<R> out;
  const auto done = database_.transaction_blocking([&](Transaction& tx) -> Result<void> {
    out.emplace(work(tx));
    if (!*out) return out->error();
    return {};
  });
  if (!done) fail(done.error());
  return std::move(*out);
}

template <class Condition>
Member* Walk::some(Condition condition) {
  std::vector<Member*> fit;
  for (const auto& one : members_) {
    if (condition(*one)) fit.push_back(one.get());
  }
  return fit.empty() ? nullptr : fit[pick(fit.size())];
}

std::string Walk::step() {
  // How often each kind is tried; one that is not possible now is replaced by another draw.
  static constexpr std::array<std::pair<Step, int>, 15> kSteps = {{{&Walk::publish, 30},
                                                                   {&Walk::yank, 10},
                                                                   {&Walk::admit_new, 6},
                                                                   {&Walk::expel, 3},
                                                                   {&Walk::admit_again, 4},
                                                                   {&Walk::rotate_softly, 6},
                                                                   {&Walk::rotate_hard, 3},
                                                                   {&Walk::sign_again, 6},
                                                                   {&Walk::ceremony_admit, 3},
                                                                   {&Walk::ceremony_expel, 1},
                                                                   {&Walk::rotate_root, 2},
                                                                   {&Walk::rotate_online, 2},
                                                                   {&Walk::rotate_targets, 2},
                                                                   {&Walk::renew, 4},
                                                                   {&Walk::advise, 3}}};
  for (;;) {
    auto left = static_cast<int>(pick(85));
    for (const auto& [kind, weight] : kSteps) {
      left -= weight;
      if (left >= 0) continue;
      if (auto did = (this->*kind)(); !did.empty()) return did;
      break;
    }
  }
}

void Walk::hand_in(Member& member, const std::vector<const security::PrivateKey*>& keys) {
  auto& document = member.publisher.document;
  ++document.version;
  document.expires = in_a_year();
  const auto file = tuf::sign_document(document, keys);
  run([&](Transaction& tx) { return repository_->publish(tx, member.publisher.name, file); });
  member.standing = Standing::kVouched;
}

Delegated Walk::admit(Member& member, std::vector<security::PublicKey> keys) {
  return *run([&](Transaction& tx) { return repository_->admit(tx, member.publisher.name, keys); });
}

void Walk::take(const std::vector<CeremonyFile>& files, bool noted) {
  const auto notes = run([&](Transaction& tx) { return repository_->take_signed(tx, files); });
  demand(noted == !notes->empty(), noted ? "noted who has to sign again" : "noted nothing");
}

CeremonyFile Walk::next_targets(const TargetsChange& change) {
  auto next = change_targets(targets_, change, in_a_year());
  if (!next) fail(next.error());
  targets_ = std::move(*next);
  return {"targets", tuf::sign_document(targets_, pointers(targets_keys_))};
}

CeremonyFile Walk::next_root(const RoleChanges& changes, const std::vector<const security::PrivateKey*>& others) {
  auto next = change_root(root_, changes, in_a_year());
  if (!next) fail(next.error());
  root_ = std::move(*next);
  auto keys = pointers(root_keys_);
  keys.insert(keys.end(), others.begin(), others.end());
  return {"root", tuf::sign_document(root_, keys)};
}

security::PublicKey Walk::online_key(const std::string& role) {
  const auto key = make_key(folder_.path / "online" / (role + "-" + std::to_string(++made_) + ".key"), role);
  if (!key) fail(key.error());
  return *key;
}

TimePoint Walk::in_a_year() const {
  return std::chrono::floor<std::chrono::seconds>(clock_.now()) + days(365);
}

std::string Walk::publish() {
  auto* member = some([](const Member& one) { return one.standing == Standing::kVouched; });
  if (member == nullptr) return {};
  if (member->modules == 0 || pick(4) == 0) ++member->modules;
  const auto module =
      member->publisher.name + "-m" + std::to_string(1 + pick(static_cast<std::size_t>(member->modules)));
  const auto version = "1." + std::to_string(member->versions++) + ".0";
  member->publisher.add(module, version);
  const auto path = module_target(member->publisher.name, module, version);
  auto& target = member->publisher.document.targets.at(path);
  target.length = bytes_of(path).size();
  target.hashes = {{"sha256", security::hex(security::sha256(bytes_of(path)))}};
  hand_in(*member, {&member->publisher.key});
  return "published " + path;
}

std::string Walk::yank() {
  auto* member = some(
      [](const Member& one) { return one.standing == Standing::kVouched && !one.publisher.document.targets.empty(); });
  if (member == nullptr) return {};
  auto& targets = member->publisher.document.targets;
  auto target = std::next(targets.begin(), static_cast<std::ptrdiff_t>(pick(targets.size())));
  auto release = parse_custom(target->second.custom_json).value();
  release.yanked = "Fault number " + std::to_string(++made_);
  target->second.custom_json = encode_custom(release);
  hand_in(*member, {&member->publisher.key});
  return "yanked " + target->first;
}

std::string Walk::admit_new() {
  if (members_.size() >= 24) return {};
  members_.push_back(std::make_unique<Member>("p" + std::to_string(members_.size() + 1)));
  auto& member = *members_.back();
  demand(admit(member, {member.publisher.key.public_key()}) == Delegated::kNow, "admitted a new publisher at once");
  return "admitted " + member.publisher.name;
}

std::string Walk::expel() {
  auto* member = some([](const Member& one) { return one.standing != Standing::kGone && !one.by_ceremony; });
  if (member == nullptr) return {};
  run([&](Transaction& tx) { return repository_->expel(tx, member->publisher.name); });
  member->standing = Standing::kGone;
  return "expelled " + member->publisher.name;
}

std::string Walk::admit_again() {
  auto* member = some([](const Member& one) { return one.standing == Standing::kGone; });
  if (member == nullptr) return {};
  // It may have been expelled before it signed again.
  const bool believed = admit(*member, {member->publisher.key.public_key()}) == Delegated::kNow;
  member->standing = believed ? Standing::kVouched : Standing::kRefused;
  return "admitted again " + member->publisher.name;
}

/// The old key and the new one, a document by the new one, the new one alone.
std::string Walk::rotate_softly() {
  auto* member = some([](const Member& one) { return one.standing == Standing::kVouched && !one.by_ceremony; });
  if (member == nullptr) return {};
  auto fresh = security::PrivateKey::generate();
  admit(*member, {member->publisher.key.public_key(), fresh.public_key()});
  hand_in(*member, {&fresh});
  member->publisher.key = std::move(fresh);
  demand(admit(*member, {member->publisher.key.public_key()}) == Delegated::kNow, "rotated without a gap");
  return "rotated the key of " + member->publisher.name;
}

/// As after a theft: the old key counts for nothing from now on.
std::string Walk::rotate_hard() {
  auto* member = some([](const Member& one) {
    return one.standing == Standing::kVouched && !one.by_ceremony && one.publisher.document.version > 0;
  });
  if (member == nullptr) return {};
  member->publisher.key = security::PrivateKey::generate();
  demand(admit(*member, {member->publisher.key.public_key()}) == Delegated::kSignAgain, "asked for a new signature");
  member->standing = Standing::kRefused;
  return "replaced the key of " + member->publisher.name;
}

std::string Walk::sign_again() {
  auto* member = some([](const Member& one) { return one.standing == Standing::kRefused; });
  if (member == nullptr) return {};
  hand_in(*member, {&member->publisher.key});
  return "signed again: " + member->publisher.name;
}

/// A ceremony vouches for a publisher, or gives one that it vouches for another key.
std::string Walk::ceremony_admit() {
  auto* member = some([](const Member& one) { return one.standing == Standing::kVouched; });
  if (member == nullptr) return {};
  const bool again = member->by_ceremony;
  if (again) {
    member->publisher.key = security::PrivateKey::generate();
    demand(admit(*member, {member->publisher.key.public_key()}) == Delegated::kNextCeremony, "waited for a ceremony");
  }
  const bool noted = again && member->publisher.document.version > 0;
  take({next_targets({{}, {{member->publisher.name, {member->publisher.key.public_key()}}}, {}})}, noted);
  member->by_ceremony = true;
  if (noted) member->standing = Standing::kRefused;
  return "vouched by ceremony for " + member->publisher.name + (again ? ", with another key" : "");
}

std::string Walk::ceremony_expel() {
  auto* member = some([](const Member& one) { return one.by_ceremony; });
  if (member == nullptr) return {};
  take({next_targets({{}, {}, {member->publisher.name}})});
  member->by_ceremony = false;
  member->standing = Standing::kGone;
  return "expelled by ceremony " + member->publisher.name;
}

/// Other keys for the root: one to three, with a threshold of up to all of them.
std::string Walk::rotate_root() {
  std::vector<security::PrivateKey> fresh;
  RoleChange change;
  for (auto count = 1 + pick(3); count > 0; --count) {
    fresh.push_back(security::PrivateKey::generate());
    change.add.push_back(fresh.back().public_key());
  }
  change.remove = ids(root_keys_);
  change.threshold = static_cast<int>(1 + pick(fresh.size()));
  take({next_root({{"root", change}}, pointers(fresh))});
  root_keys_ = std::move(fresh);
  return "rotated the keys of the root, version " + std::to_string(root_.version);
}

std::string Walk::rotate_online() {
  RoleChanges roots;
  TargetsChange change;
  for (const char* role : {"snapshot", "timestamp"}) {
    if (pick(2) == 0) roots[role] = {{online_key(role)}, root_.roles.at(role).key_ids, {}};
  }
  for (const char* role : {"community", "registry"}) {
    if (pick(2) == 0) change.roles[role] = {{online_key(role)}, delegation_of(targets_, role)->role.key_ids, {}};
  }
  take({next_targets(change), next_root(roots)});
  return "rotated online keys, root " + std::to_string(root_.version);
}

std::string Walk::rotate_targets() {
  std::vector<security::PrivateKey> fresh;
  for (auto count = 1 + pick(2); count > 0; --count) fresh.push_back(security::PrivateKey::generate());
  RoleChange change{{}, ids(targets_keys_), static_cast<int>(fresh.size())};
  for (const auto& key : fresh) change.add.push_back(key.public_key());
  targets_keys_ = std::move(fresh);
  const auto root = next_root({{"targets", change}});
  take({root, next_targets({})});
  return "rotated the keys of the targets, root " + std::to_string(root_.version);
}

std::string Walk::renew() {
  constexpr std::array<hours, 3> kAhead = {hours(13), hours(4 * 24), hours(16 * 24)};
  clock_.ahead = kAhead[pick(kAhead.size())];
  const auto done = run([&](Transaction& tx) { return repository_->renew(tx); });
  clock_.ahead = hours(0);
  return *done ? "renewed" : "renewed nothing";
}

std::string Walk::advise() {
  std::vector<Advisory> all;
  ++advisories_;
  for (int i = 1; i <= advisories_; ++i) {
    Advisory one;
    one.id = "RA-2026-" + std::to_string(10000 + i);
    one.affected = "<2";
    one.severity = "low";
    one.title = "Number " + std::to_string(i);
    one.published_at = clock_.now();
    all.push_back(std::move(one));
  }
  run([&](Transaction& tx) { return repository_->put_advisories(tx, all); });
  return "told of " + std::to_string(advisories_) + " advisories";
}

std::string Walk::expected() const {
  static constexpr std::array kNames = {"vouched", "refused", "gone"};
  nlohmann::json out = nlohmann::json::object();
  for (const auto& member : members_) {
    for (const auto& [path, target] : member->publisher.document.targets) {
      out[path] = {{"standing", kNames[static_cast<std::size_t>(member->standing)]},
                   {"sha256", target.hashes.at("sha256")},
                   {"length", target.length},
                   {"yanked", parse_custom(target.custom_json).value().yanked}};
    }
  }
  return out.dump();
}

}  // namespace rapt::marketplace::walk
