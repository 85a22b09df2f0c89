// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <deque>
#include <set>

#include "attack.hpp"
#include "client_impl.hpp"
#include "rapt/base/text.hpp"

namespace rapt::tuf {
namespace {

/// One step of the walk: a role, and the document that delegates to it.
struct Step {
  DelegatedRole role;
  TargetsFile delegator;
};

Delegator delegator_of(const Step& step) {
  return {&step.role.role, &step.delegator->document().delegations.keys};
}

Error too_many(std::string_view path, int limit) {
  return Error::forbidden("The registry's metadata sends a search for \"" + printable(path, 120) +
                          "\" through more than " + std::to_string(limit) + " roles: the search was ended.");
}

/// The role's own delegations come next, before what waits; a terminating one is the last that is asked (5.6.7.2).
void push(std::vector<Step>& waiting, const TargetsFile& file, std::string_view path) {
  std::vector<Step> next;
  for (auto& role : delegated(file->document().delegations, path)) {
    const bool last = role.terminating;
    next.push_back({std::move(role), file});
    if (!last) continue;
    waiting.clear();
    break;
  }
  waiting.insert(waiting.end(), std::make_move_iterator(next.rbegin()), std::make_move_iterator(next.rend()));
}

/// The delegation of this name in a document: of the succinct ones it depends on the name's end.
std::optional<DelegatedRole> named(const Delegations& delegations, const std::string& name) {
  const auto found = std::find_if(delegations.roles.begin(), delegations.roles.end(),
                                  [&](const DelegatedRole& role) { return role.name == name; });
  if (found != delegations.roles.end()) return *found;
  if (!delegations.succinct || !name.starts_with(delegations.succinct->name_prefix + "-")) return std::nullopt;
  DelegatedRole role;
  role.name = name;
  role.role = delegations.succinct->role;
  return role;
}

}  // namespace

Result<void> Client::Impl::believe_role(const std::string& name, const Held<Targets>& held, Delegator delegator,
                                        const FileMeta& meta) const {
  RAPT_TRY(believe_bytes(name, held.bytes, meta));
  RAPT_TRY(believe_signatures(name, held.file, *delegator.role, *delegator.keys));
  RAPT_TRY(believe_version(name, held.document().version, meta, "snapshot"));
  return believe_fresh(name, held.document().expires, start);
}

Result<TargetsFile> Client::Impl::known_role(const std::string& name, Delegator delegator, const FileMeta& meta) {
  const auto memory = roles.find(name);
  if (memory != roles.end() && believe_role(name, *memory->second, delegator, meta)) return memory->second;
  auto bytes = folder.read(name);
  if (!bytes) return bytes.error();
  if (!*bytes) return TargetsFile();
  auto parsed = parse_targets(**bytes);
  if (!parsed) return TargetsFile();
  auto held = std::make_shared<const Held<Targets>>(Held<Targets>{std::move(*parsed), std::move(**bytes)});
  if (!believe_role(name, *held, delegator, meta)) return TargetsFile();
  roles[name] = held;
  return held;
}

Task<Result<TargetsFile>> Client::Impl::load_role(std::string name, Delegator delegator) {
  const auto entry = snapshot->document().meta.find(name + ".json");
  if (entry == snapshot->document().meta.end()) co_return attack::mix(name, "the snapshot does not name it.");
  const auto meta = entry->second;
  auto known = known_role(name, delegator, meta);
  if (!known || *known) co_return known;
  auto bytes = co_await fetch(versioned(name, meta.version), name, meta.length, limits.targets_bytes);
  if (!bytes && bytes.error().kind == ErrorKind::kNotFound) co_return attack::missing(name, "snapshot");
  if (!bytes) co_return bytes.error();
  RAPT_CO_TRY(believe_bytes(name, *bytes, meta));
  auto parsed = parse_targets(*bytes);
  if (!parsed) co_return attack::malformed(name, parsed.error());
  auto held = std::make_shared<const Held<Targets>>(Held<Targets>{std::move(*parsed), std::move(*bytes)});
  RAPT_CO_TRY(believe_role(name, *held, delegator, meta));
  RAPT_CO_TRY(folder.write(name, held->bytes));
  roles[name] = held;
  co_return TargetsFile(held);
}

Task<Result<FoundTarget>> Client::Impl::find(std::string path) {
  std::string name = "targets";
  auto file = roles.at(name);
  std::set<std::string> visited;
  std::vector<Step> waiting;
  for (;;) {
    visited.insert(name);
    const auto target = file->document().targets.find(path);
    if (target != file->document().targets.end()) co_return FoundTarget{path, target->second, name};
    push(waiting, file, path);
    while (!waiting.empty() && visited.contains(waiting.back().role.name)) waiting.pop_back();
    if (waiting.empty())
      co_return attack::nothing("Nobody vouches for \"" + printable(path, 200) + "\" in the registry's metadata.");
    if (visited.size() > static_cast<std::size_t>(limits.delegations)) co_return too_many(path, limits.delegations);
    const auto step = std::move(waiting.back());
    waiting.pop_back();
    name = step.role.name;
    auto loaded = co_await load_role(name, delegator_of(step));
    if (!loaded) co_return loaded.error();
    file = std::move(*loaded);
  }
}

Task<Result<Targets>> Client::Impl::role(std::string name) {
  if (name == "targets") co_return roles.at(name)->document();
  const auto nobody = attack::nothing("The registry's metadata has no role \"" + printable(name, 120) + "\".");
  if (!snapshot->document().meta.contains(name + ".json")) co_return nobody;
  std::set<std::string> visited{"targets"};
  std::deque<TargetsFile> files{roles.at("targets")};
  std::deque<Step> waiting;
  for (;;) {
    while (!files.empty()) {
      const auto file = files.front();
      files.pop_front();
      if (const auto found = named(file->document().delegations, name)) {
        const Step step{*found, file};
        const auto loaded = co_await load_role(name, delegator_of(step));
        if (!loaded) co_return loaded.error();
        co_return (*loaded)->document();
      }
      // Those that are not terminating first: they are the ones that gather others.
      for (const auto& role : file->document().delegations.roles) {
        if (role.terminating) {
          waiting.push_back({role, file});
        } else {
          waiting.push_front({role, file});
        }
      }
    }
    while (!waiting.empty() && visited.contains(waiting.front().role.name)) waiting.pop_front();
    if (waiting.empty()) co_return nobody;
    if (visited.size() > static_cast<std::size_t>(limits.delegations)) co_return too_many(name, limits.delegations);
    const auto step = std::move(waiting.front());
    waiting.pop_front();
    visited.insert(step.role.name);
    const auto loaded = co_await load_role(step.role.name, delegator_of(step));
    // A broken neighbor must not hide this role.
    if (loaded) files.push_back(*loaded);
  }
}

}  // namespace rapt::tuf
