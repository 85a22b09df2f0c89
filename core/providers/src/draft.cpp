// SPDX-License-Identifier: AGPL-3.0-or-later
#include "draft.hpp"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "addresses.hpp"
#include "rapt/base/text.hpp"
#include "secrets.hpp"

namespace rapt::providers {
namespace {

constexpr std::size_t kMaxName = 40;
constexpr std::size_t kMaxTitle = 100;
constexpr std::size_t kMaxSettings = std::size_t{16} * 1024;
constexpr std::size_t kMaxSecrets = 20;
constexpr std::size_t kMaxSecret = 8192;
constexpr std::size_t kMaxDomains = 200;

bool is_word(std::string_view text, char joint) {
  if (text.empty() || text.size() > kMaxName || text.front() < 'a' || text.front() > 'z') return false;
  return std::all_of(text.begin(), text.end(),
                     [joint](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == joint; });
}

bool is_settings(const std::string& text) {
  return text.size() <= kMaxSettings && nlohmann::json::parse(text, nullptr, false).is_object();
}

void check_secrets(const ProviderChange& change, std::vector<FieldError>& faults) {
  if (change.secrets.size() > kMaxSecrets) faults.push_back({"secrets", "must not be more than 20"});
  for (const auto& [name, value] : change.secrets) {
    if (!is_word(name, '_')) {
      faults.push_back({"secrets", "must have names of small letters, digits and \"_\", as in client_secret"});
    } else if (value && (value->empty() || value->size() > kMaxSecret || value->find('\0') != std::string::npos)) {
      faults.push_back({"secrets." + name, "must be a text of 1 to 8192 bytes, or null to forget it"});
    }
  }
}

void check_domains(const std::vector<Domain>& domains, std::vector<FieldError>& faults) {
  if (domains.size() > kMaxDomains) faults.push_back({"domains", "must not be more than 200"});
  std::set<std::string> seen;
  for (std::size_t i = 0; i < domains.size(); ++i) {
    const std::string where = "domains[" + std::to_string(i) + "].domain";
    if (!is_domain(domains[i].domain)) {
      faults.push_back({where, "must be a domain in small letters: school.example.org"});
    } else if (!seen.insert(domains[i].domain).second) {
      faults.push_back({where, "stands there twice"});
    }
  }
}

Error all(std::vector<FieldError> faults) {
  Error error = Error::invalid(faults.front().path, faults.front().message);
  error.fields = std::move(faults);
  return error;
}

}  // namespace

Result<void> check_name(const std::string& name) {
  if (is_word(name, '-')) return {};
  return Error::invalid("name", "must be 1 to 40 small letters, digits and \"-\", the first of them a letter");
}

Result<void> check(const ProviderChange& change) {
  std::vector<FieldError> faults;
  if (change.title &&
      (trimmed(*change.title).empty() || !is_utf8(*change.title) || count_code_points(*change.title) > kMaxTitle)) {
    faults.push_back({"title", "must be 1 to 100 characters"});
  }
  if (change.module && !is_word(*change.module, '-')) faults.push_back({"module", "must be a module's name"});
  if (change.settings_json && !is_settings(*change.settings_json)) {
    faults.push_back({"settings", "must be an object of at most 16 KiB"});
  }
  if (change.default_role && *change.default_role != "student" && *change.default_role != "teacher") {
    faults.push_back({"default_role", "must be student or teacher"});
  }
  check_secrets(change, faults);
  if (change.domains) check_domains(*change.domains, faults);
  if (!faults.empty()) return all(std::move(faults));
  return {};
}

Result<Stored> changed(Stored stored, const ProviderChange& change, const security::SecretBox& box) {
  Provider& provider = stored.provider;
  if (change.module) provider.module = *change.module;
  if (change.title) provider.title = trimmed(*change.title);
  if (change.settings_json) provider.settings_json = *change.settings_json;
  if (change.enabled) provider.enabled = *change.enabled;
  if (change.create_users) provider.create_users = *change.create_users;
  if (change.default_group) provider.default_group = *change.default_group;
  if (change.default_role) provider.default_role = *change.default_role;
  if (change.domains) provider.domains = *change.domains;
  if (provider.create_users && provider.default_group.empty()) {
    return Error::invalid("default_group_id", "must say where new people belong while create_users is true");
  }
  if (provider.create_users && provider.domains.empty()) {
    return Error::invalid("domains", "must say whose addresses make new people while create_users is true");
  }
  // Without a new secret the sealed ones stay as they are, also when this host could not read them.
  if (change.secrets.empty()) return stored;
  // What another key has sealed is lost; setting secrets anew is the remedy.
  const auto present = unsealed(box, provider.name, stored.sealed_secrets);
  auto secrets = present ? *present : std::map<std::string, std::string>{};
  for (const auto& [name, value] : change.secrets) {
    if (value) {
      secrets[name] = *value;
    } else {
      secrets.erase(name);
    }
  }
  if (secrets.size() > kMaxSecrets) return Error::invalid("secrets", "must not be more than 20");
  stored.sealed_secrets = sealed(box, provider.name, secrets);
  return stored;
}

}  // namespace rapt::providers
