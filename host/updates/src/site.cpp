// SPDX-License-Identifier: AGPL-3.0-or-later
#include "site.hpp"

namespace rapt::updates {
namespace {

constexpr store::Statement kOnProbation{"updates_on_probation", "SELECT module FROM module_probations"};

}  // namespace

Task<Result<Site>> load_site(store::Database& database, install::Installer& installer) {
  auto records = co_await installer.list();
  if (!records) co_return records.error();
  auto manifests = co_await installer.manifests();
  if (!manifests) co_return manifests.error();
  install::Policies policies(database);
  auto said = co_await policies.all();
  if (!said) co_return said.error();
  const auto watched = co_await database.query(kOnProbation);
  if (!watched) co_return watched.error();
  Site out;
  for (auto& record : *records) {
    auto& one = out[record.name];
    const auto manifest = manifests->find(record.name);
    if (manifest != manifests->end()) {
      one.dependencies = manifest->second.dependencies;
      one.hooks = manifest->second.hooks;
    }
    one.policy.module = record.name;
    one.record = std::move(record);
  }
  for (auto& policy : *said)
    if (const auto found = out.find(policy.module); found != out.end()) found->second.policy = std::move(policy);
  for (std::size_t i = 0; i < watched->size(); ++i)
    if (const auto found = out.find((*watched)[i].text("module")); found != out.end())
      found->second.on_probation = true;
  co_return out;
}

std::vector<marketplace::Present> present_of(const Site& site) {
  std::vector<marketplace::Present> out;
  for (const auto& [name, one] : site) {
    const auto version = Version::parse(one.record.version);
    if (version)
      out.push_back({name, one.record.publisher, *version, one.record.version, one.dependencies, one.policy.pin});
  }
  return out;
}

}  // namespace rapt::updates
