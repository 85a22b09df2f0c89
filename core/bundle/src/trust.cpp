// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <sstream>
#include <system_error>

#include "names.hpp"
#include "rapt/base/file.hpp"
#include "rapt/bundle/bundle.hpp"

namespace rapt::bundle {
namespace {

constexpr std::size_t kMaxKeyFileBytes = std::size_t{16} << 10;

Error untrusted(std::string message) {
  Error error;
  error.kind = ErrorKind::kForbidden;
  error.message = std::move(message);
  return error;
}

std::string title_of(const Bundle& bundle) {
  return bundle.manifest.name + " " + bundle.manifest.version;
}

}  // namespace

Result<std::vector<security::PublicKey>> parse_public_keys(std::string_view text) {
  std::vector<security::PublicKey> out;
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    auto key = security::PublicKey::from_text(line);
    if (!key)
      return refuse("Line " + std::to_string(number) +
                    " is no public key: it must be 32 bytes in base64url, as `rapt keygen` writes them.");
    out.push_back(*key);
  }
  if (out.empty()) return refuse("There is no public key in it; `rapt keygen` writes one a line.");
  return out;
}

Result<TrustStore> TrustStore::load(const std::filesystem::path& directory) {
  TrustStore store;
  std::error_code failure;
  if (!std::filesystem::exists(directory, failure)) {
    if (failure) return refuse("The trust store " + directory.string() + " cannot be read: " + failure.message() + ".");
    return store;
  }
  std::filesystem::directory_iterator entries(directory, failure);
  if (failure) return refuse("The trust store " + directory.string() + " cannot be read: " + failure.message() + ".");
  for (const auto& entry : entries) {
    if (entry.path().extension() != ".pub") continue;
    const auto publisher = entry.path().stem().string();
    const auto in_file = [&](const Error& error) {
      return refuse("The trust store's file " + entry.path().string() + ": " + error.message);
    };
    if (!is_name(publisher))
      return in_file(refuse("its name must be PUBLISHER.pub, in lower-case letters, digits and hyphens."));
    auto text = read_file(entry.path(), kMaxKeyFileBytes);
    if (!text) return in_file(text.error());
    auto keys = parse_public_keys(*text);
    if (!keys) return in_file(keys.error());
    for (const auto& key : *keys) store.add(publisher, key);
  }
  return store;
}

void TrustStore::add(const std::string& publisher, const security::PublicKey& key) {
  auto& keys = keys_[publisher];
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
}

const std::vector<security::PublicKey>* TrustStore::keys_of(const std::string& publisher) const {
  const auto found = keys_.find(publisher);
  return found == keys_.end() ? nullptr : &found->second;
}

Result<void> verify_bundle(const Bundle& bundle, const TrustStore& trust, SignaturePolicy policy) {
  const auto& publisher = bundle.manifest.publisher;
  if (bundle.signature.empty()) {
    if (policy == SignaturePolicy::kDevelopmentMayLack) return {};
    return untrusted("The bundle of " + title_of(bundle) + " is not signed. Ask " + publisher +
                     " for a signed one; a developer may set RAPT_DEVELOPMENT_MODULES=1.");
  }
  const auto* keys = trust.keys_of(publisher);
  if (keys == nullptr) {
    return untrusted("The bundle of " + title_of(bundle) + " is by " + publisher +
                     ", of whom no key is trusted here. Get their key from them, then: rapt trust add " + publisher +
                     ".pub");
  }
  const auto key =
      std::find_if(keys->begin(), keys->end(), [&](const auto& k) { return k.key_id() == bundle.publisher_key_id; });
  if (key == keys->end()) {
    return untrusted("The bundle of " + title_of(bundle) + " is signed with the key " + bundle.publisher_key_id +
                     ", which is not trusted for " + publisher +
                     ". If they have a new key, get it from them, then: rapt trust add " + publisher + ".pub");
  }
  if (!security::verify(*key, signed_listing(bundle.files), bundle.signature)) {
    return untrusted("The signature of " + title_of(bundle) + " does not fit its files: they were changed after " +
                     publisher + " signed them. Get the bundle again from where it came.");
  }
  return {};
}

}  // namespace rapt::bundle
