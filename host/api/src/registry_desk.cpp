// SPDX-License-Identifier: AGPL-3.0-or-later
#include "registry_desk.hpp"

#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"

namespace rapt::api {
namespace {

constexpr std::chrono::seconds kKept{30};
constexpr std::size_t kMostKept = 200;

marketplace::HostAbi this_host() {
  return {install::kAbiMajor, install::kAbiMinor, bundle::native_architecture()};
}

Error no_registry() {
  return Error::conflict(
      "This host has no registry to ask: set MARKETPLACE_URL to its address. Modules can be installed from files.");
}

Error only_mirror() {
  return Error::conflict(
      "MARKETPLACE_URL is a mirror in a folder, which cannot be searched here. Use `rapt module search` on the host.");
}

template <class Kept>
auto fresh(const Kept& kept, const std::string& key, TimePoint now) {
  const auto found = kept.find(key);
  const bool counts = found != kept.end() && now - found->second.first < kKept;
  return counts ? std::optional(found->second.second) : std::nullopt;
}

template <class Kept, class T>
void keep(Kept& kept, const std::string& key, TimePoint now, const T& value) {
  if (kept.size() >= kMostKept) kept.clear();
  kept.insert_or_assign(key, std::pair(now, value));
}

}  // namespace

RegistryDesk::RegistryDesk(Parts parts) : parts_(std::move(parts)) {
  const auto& url = parts_.url;
  if (!url.empty()) {
    trusted_ = std::make_unique<marketplace::TrustedRegistry>(
        marketplace::TrustedRegistry::Options{parts_.var_dir / "registry", url}, http_, parts_.clock);
    if (!url.starts_with("file://")) word_ = std::make_unique<marketplace::RegistryClient>(http_, url);
  }
  market_ = std::make_unique<install::MarketplaceInstaller>(
      install::MarketplaceInstaller::Parts{.installer = parts_.installer,
                                           .database = parts_.database,
                                           .clock = parts_.clock,
                                           .var_dir = parts_.var_dir,
                                           .trust = parts_.trust,
                                           .policy = parts_.policy,
                                           .host = parts_.host,
                                           .url = url,
                                           .registry = trusted_.get(),
                                           .word = word_.get(),
                                           .changed = parts_.changed});
}

RegistryDesk::~RegistryDesk() = default;

Task<Result<void>> RegistryDesk::look() {
  const auto now = parts_.clock.now();
  {
    const std::scoped_lock lock(mutex_);
    if (asked_at_ && now - *asked_at_ < kKept) {
      if (fault_) co_return *fault_;
      co_return Result<void>();
    }
    asked_at_ = now;
  }
  const auto checked = co_await trusted_->check();
  const std::scoped_lock lock(mutex_);
  fault_ = checked ? std::nullopt : std::optional(checked.error());
  if (checked) refreshed_at_ = now;
  if (fault_) co_return *fault_;
  co_return Result<void>();
}

Task<RegistryDesk::State> RegistryDesk::state() {
  State out;
  out.url = parts_.url;
  if (!trusted_) co_return out;
  const auto root = trusted_->root();
  if (!root) {
    out.fault = root.error().message;
    co_return out;
  }
  const auto looked = co_await look();
  if (!looked) out.fault = looked.error().message;
  const auto newest = trusted_->root();  // a look may have brought rotations
  out.root_version = newest ? newest->version : root->version;
  out.expires_at = trusted_->expires_at();
  if (looked) {
    const auto advisories = co_await trusted_->advisories();
    if (advisories) out.advisories = advisories->size();
  }
  const std::scoped_lock lock(mutex_);
  out.refreshed_at = refreshed_at_;
  co_return out;
}

Task<Result<marketplace::ModulePage>> RegistryDesk::search(marketplace::ModuleSearch query) {
  if (!trusted_) co_return no_registry();
  if (!word_) co_return only_mirror();
  const auto now = parts_.clock.now();
  std::string key;
  for (const auto* one : {&query.words, &query.category, &query.hook, &query.permission, &query.sort, &query.cursor})
    key += *one + '\0';
  key += std::to_string(query.limit);
  {
    const std::scoped_lock lock(mutex_);
    if (auto kept = fresh(pages_, key, now)) co_return std::move(*kept);
  }
  auto page = co_await word_->search(std::move(query), this_host());
  if (!page) co_return page;
  const std::scoped_lock lock(mutex_);
  keep(pages_, key, now, *page);
  co_return page;
}

Task<Result<marketplace::ModuleListing>> RegistryDesk::find(std::string name) {
  if (!trusted_) co_return no_registry();
  if (!word_) co_return only_mirror();
  const auto now = parts_.clock.now();
  {
    const std::scoped_lock lock(mutex_);
    if (auto kept = fresh(modules_, name, now)) co_return std::move(*kept);
  }
  auto listing = co_await word_->find(name);
  if (!listing) co_return listing;
  const std::scoped_lock lock(mutex_);
  keep(modules_, name, now, *listing);
  co_return listing;
}

Task<std::set<std::string>> RegistryDesk::vouched(std::string publisher, std::string module) {
  std::set<std::string> out;
  if (!trusted_ || !trusted_->is_pinned()) co_return out;
  const auto looked = co_await look();
  if (!looked) co_return out;
  const auto versions = co_await trusted_->versions_of(std::move(publisher), std::move(module));
  if (!versions) co_return out;
  for (const auto& one : *versions) out.insert(one.release.version + " " + one.sha256);
  co_return out;
}

Task<Result<std::string>> RegistryDesk::start(install::Plan plan, std::string who) {
  auto begun = co_await market_->begin(plan, std::move(who));
  if (begun) parts_.spawn(finish(*begun, std::move(plan)));
  co_return begun;
}

Task<void> RegistryDesk::finish(std::string operation, install::Plan plan) {
  const auto done = co_await market_->run(operation, std::move(plan));
  if (!done)
    log::warn("modules.operation_failed",
              {{"operation", operation}, {"reason", done.error().message}, {"detail", done.error().log_detail}});
}

}  // namespace rapt::api
