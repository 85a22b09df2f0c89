// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ceremony_review.hpp"

#include <algorithm>
#include <map>

#include "ceremony_folder.hpp"
#include "rapt/base/text.hpp"
#include "rapt/marketplace/layout.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;

std::string short_id(const std::string& id) {
  return printable(id.substr(0, 16), 40);
}

std::string joined(const std::vector<std::string>& ids) {
  std::string out;
  for (const auto& id : ids) out += (out.empty() ? "" : ", ") + short_id(id);
  return out;
}

using Roles = std::map<std::string, tuf::Role>;

Roles roles_of(const tuf::Root& root) {
  return root.roles;
}

Roles roles_of(const tuf::Targets& targets) {
  Roles out;
  for (const auto& one : targets.delegations.roles) {
    const auto publisher = publisher_of(one.name);
    out.emplace(publisher.empty() ? one.name : "publisher " + publisher, one.role);
  }
  return out;
}

std::vector<std::string> described(const Roles& roles) {
  std::vector<std::string> out;
  for (const auto& [name, role] : roles) {
    out.push_back(printable(name, 80) + ": " + std::to_string(role.threshold) + " of " +
                  std::to_string(role.key_ids.size()) + (role.key_ids.size() == 1 ? " key: " : " keys: ") +
                  joined(role.key_ids));
  }
  return out;
}

/// What of `a` is not in `b`.
std::vector<std::string> without(std::vector<std::string> a, const std::vector<std::string>& b) {
  std::erase_if(a, [&b](const auto& one) { return std::find(b.begin(), b.end(), one) != b.end(); });
  return a;
}

std::vector<std::string> compared(const Roles& before, const Roles& now) {
  std::vector<std::string> out;
  for (const auto& [name, role] : now) {
    const auto what = printable(name, 80) + ": ";
    const auto old = before.find(name);
    if (old == before.end()) {
      out.push_back(what + "is new, with " + joined(role.key_ids));
      continue;
    }
    for (const auto& id : without(role.key_ids, old->second.key_ids))
      out.push_back(what + "the key " + short_id(id) + " comes");
    for (const auto& id : without(old->second.key_ids, role.key_ids))
      out.push_back(what + "the key " + short_id(id) + " goes");
    if (role.threshold != old->second.threshold) {
      out.push_back(what + "the threshold changes from " + std::to_string(old->second.threshold) + " to " +
                    std::to_string(role.threshold));
    }
  }
  for (const auto& [name, role] : before) {
    if (!now.contains(name)) out.push_back(printable(name, 80) + ": goes, with " + joined(role.key_ids));
  }
  return out;
}

SignatureState state(std::string by, std::string_view canonical, const std::vector<tuf::Signature>& signatures,
                     const tuf::Role& role, const Keys& keys) {
  SignatureState out{std::move(by), role.threshold, signers(canonical, signatures, role, keys), {}};
  out.missing = without(role.key_ids, out.signed_by);
  return out;
}

template <class Signed, class Parse>
Result<Signed> read_signed(const fs::path& path, Parse parse) {
  const auto file = read_document(path);
  if (!file) return file.error();
  auto read = parse(*file);
  if (!read) return Error::invalid(printable(path.native(), 1000), read.error().message);
  return Result<Signed>(std::in_place, std::move(*read));
}

/// The version just below this one that the folder has.
template <class Signed, class Parse>
Result<std::optional<Signed>> version_before(const fs::path& folder, std::string_view role, std::int64_t version,
                                             Parse parse) {
  for (--version; version >= 1; --version) {
    const auto path = document_path(folder, role, version);
    std::error_code failure;
    if (!fs::exists(path, failure)) continue;
    auto read = read_signed<Signed>(path, parse);
    if (!read) return read.error();
    return std::optional<Signed>(std::move(*read));
  }
  return std::optional<Signed>();
}

template <class Document>
void compare(Review& out, const std::optional<tuf::Signed<Document>>& before, const Document& now) {
  out.version = now.version;
  out.expires = now.expires;
  out.contents = described(roles_of(now));
  if (!before) return;
  out.before = out.role + " " + std::to_string(before->document.version);
  out.changes = compared(roles_of(before->document), roles_of(now));
}

Result<void> review_root(Review& out, const fs::path& path, TimePoint now) {
  const auto next = read_signed<SignedRoot>(path, tuf::parse_root);
  if (!next) return next.error();
  const auto before = version_before<SignedRoot>(path.parent_path(), "root", next->document.version, tuf::parse_root);
  if (!before) return before.error();
  compare(out, *before, next->document);
  if (*before) {
    const auto& old = (*before)->document;
    out.signatures.push_back(state("root " + std::to_string(old.version), next->canonical, next->signatures,
                                   old.roles.at("root"), old.keys));
  }
  out.signatures.push_back(
      state("itself", next->canonical, next->signatures, next->document.roles.at("root"), next->document.keys));
  if (auto fits = check_root(*before, *next); !fits) out.fault = fits.error().message;
  if (auto fresh = check_fresh("It", out.expires, now); out.fault.empty() && !fresh) out.fault = fresh.error().message;
  return {};
}

Result<void> review_targets(Review& out, const fs::path& path, TimePoint now) {
  const auto next = read_signed<SignedTargets>(path, tuf::parse_targets);
  if (!next) return next.error();
  const auto folder = path.parent_path();
  const auto before = version_before<SignedTargets>(folder, out.role, next->document.version, tuf::parse_targets);
  if (!before) return before.error();
  compare(out, *before, next->document);
  const auto root = newest_root(folder);
  if (!root) return root.error();
  if (!*root) {
    out.fault = "Its folder holds no root, so nobody can say who has to sign it. Put N.root.json beside it.";
    return {};
  }
  const auto& [document, signatures, canonical] = **root;
  out.signatures.push_back(state("root " + std::to_string(document.version), next->canonical, next->signatures,
                                 document.roles.at("targets"), document.keys));
  if (auto fits = check_targets(**root, *next, now); !fits) out.fault = fits.error().message;
  return {};
}

Result<void> review_releases(Review& out, const fs::path& path, TimePoint now) {
  const auto next = read_signed<SignedTargets>(path, tuf::parse_targets);
  if (!next) return next.error();
  compare(out, std::optional<SignedTargets>(), next->document);
  for (const auto& [target, about] : next->document.targets)
    out.contents.push_back(printable(target) + ": " + std::to_string(about.length) + " bytes");
  const auto targets = newest_targets(path.parent_path(), "targets");
  if (!targets) return targets.error();
  const auto* role = *targets ? delegation_of((*targets)->document, kReleasesRole) : nullptr;
  if (role == nullptr) {
    out.fault = "Its folder holds no targets that name the keys of releases. Put N.targets.json beside it.";
    return {};
  }
  const auto& by = (*targets)->document;
  out.signatures.push_back(state("targets " + std::to_string(by.version), next->canonical, next->signatures, role->role,
                                 by.delegations.keys));
  if (auto fits = check_releases(**targets, *next, now); !fits) out.fault = fits.error().message;
  return {};
}

}  // namespace

Result<Review> review(const fs::path& file, TimePoint now) {
  const auto named = role_of_file(file);
  if (!named) return named.error();
  const auto path = fs::absolute(file);
  Review out;
  out.role = named->second;
  RAPT_TRY(out.role == "root"      ? review_root(out, path, now)
           : out.role == "targets" ? review_targets(out, path, now)
                                   : review_releases(out, path, now));
  if (out.version != named->first)
    return Error::invalid(printable(file.native(), 1000), "It is version " + std::to_string(out.version) + " inside.");
  return out;
}

}  // namespace rapt::marketplace
