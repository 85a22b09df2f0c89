// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"

/// The metadata of The Update Framework, specification 1.0 (section 4): what it says, read and written, without any
/// belief. client.hpp decides what to believe.
namespace rapt::tuf {

/// What our documents say they follow.
inline constexpr std::string_view kSpecification = "1.0.31";

/// A public key. Written are Ed25519 keys alone; read and verified are also "ecdsa" (P-256, P-384) and "rsa" (PSS,
/// PKCS #1 v1.5, at least 2048 bits), in PEM.
struct Key {
  std::string type;    ///< "ed25519", "ecdsa", "rsa"
  std::string scheme;  ///< "ed25519", "ecdsa-sha2-nistp256", "rsassa-pss-sha256"
  std::string value;   ///< "keyval.public": 64 hexadecimal digits, or PEM
  bool operator==(const Key&) const = default;
};

struct Signature {
  std::string key_id;
  std::string value;  ///< hexadecimal
};

/// Whose signatures make a role's metadata believable.
struct Role {
  std::vector<std::string> key_ids;  ///< without repetition
  int threshold = 1;                 ///< of different keys; at least 1
  bool operator==(const Role&) const = default;
};

/// What one document says of another, or of a target.
struct FileMeta {
  std::int64_t version = 0;  ///< at least 1; 0 for a target
  std::optional<std::uint64_t> length;
  std::map<std::string, std::string> hashes;  ///< "sha256", "sha512" -> hexadecimal; may be empty, but not for a target
};

struct Root {
  std::int64_t version = 0;  ///< at least 1, in every document
  TimePoint expires{};
  bool consistent_snapshot = true;
  std::map<std::string, Key> keys;    ///< by key id
  std::map<std::string, Role> roles;  ///< "root", "timestamp", "snapshot", "targets": all four
};

struct Timestamp {
  std::int64_t version = 0;
  TimePoint expires{};
  FileMeta snapshot;
};

struct Snapshot {
  std::int64_t version = 0;
  TimePoint expires{};
  std::map<std::string, FileMeta> meta;  ///< "targets.json", "publisher-x.json"
};

struct Target {
  std::uint64_t length = 0;
  std::map<std::string, std::string> hashes;
  std::string custom_json;  ///< "" when it has none
};

struct DelegatedRole {
  std::string name;
  Role role;
  std::vector<std::string> paths;               ///< shell patterns; "*" does not match "/"
  std::vector<std::string> path_hash_prefixes;  ///< of the path's SHA-256; either these or `paths`
  bool terminating = false;
};

/// Roles that share a key and divide all targets by the first bits of their paths' SHA-256: "PREFIX-0a".
struct SuccinctRoles {
  Role role;
  int bit_length = 1;  ///< 1 to 32
  std::string name_prefix;
};

struct Delegations {
  std::map<std::string, Key> keys;
  std::vector<DelegatedRole> roles;       ///< in order of precedence
  std::optional<SuccinctRoles> succinct;  ///< instead of `roles`
};

struct Targets {
  std::int64_t version = 0;
  TimePoint expires{};
  std::map<std::string, Target> targets;  ///< by path
  Delegations delegations;
};

/// A document as it was read: what it says, who is said to have signed it, and the bytes that they signed.
template <class T>
struct Signed {
  T document;
  std::vector<Signature> signatures;
  std::string canonical;  ///< canonical JSON of "signed", unknown fields included
};

/// kInvalid: malformed JSON, a repeated key, a wrong type, another `_type` or specification than 1.x; with the field.
Result<Signed<Root>> parse_root(std::string_view bytes);
Result<Signed<Timestamp>> parse_timestamp(std::string_view bytes);
Result<Signed<Snapshot>> parse_snapshot(std::string_view bytes);
Result<Signed<Targets>> parse_targets(std::string_view bytes);

/// The bytes to be signed (canonical JSON).
std::string canonical(const Root& document);
std::string canonical(const Timestamp& document);
std::string canonical(const Snapshot& document);
std::string canonical(const Targets& document);
/// The whole file: `{"signatures": […], "signed": …}`.
std::string encode(std::string_view canonical, const std::vector<Signature>& signatures);

/// The id of a key: hexadecimal SHA-256 of its canonical JSON.
std::string id_of(const Key& key);
/// Whether the signature fits. False, too, for keys and schemes that are not known.
bool verifies(const Key& key, std::string_view message, std::string_view signature_hex);
/// How many different keys of the role have signed. One key under two ids counts once.
int valid_signatures(std::string_view canonical, const std::vector<Signature>& signatures, const Role& role,
                     const std::map<std::string, Key>& keys);

/// Whether a delegation is about this target's path: "*" stands for any characters but "/", "?" for one.
bool matches(const DelegatedRole& role, std::string_view target_path);
/// The roles that are asked for this target, in order of precedence; of succinct roles the one whose share it is.
std::vector<DelegatedRole> delegated(const Delegations& delegations, std::string_view target_path);

}  // namespace rapt::tuf
