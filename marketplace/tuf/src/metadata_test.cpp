// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/tuf/metadata.hpp"

#include <gtest/gtest.h>

#include "key_vectors.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/tuf/signing.hpp"
#include "real_metadata.hpp"

namespace rapt::tuf {
namespace {

using security::PrivateKey;

TEST(RealMetadata, EverySignatureFitsTheCanonicalBytes) {
  const auto root = parse_root(kRealRoot);
  ASSERT_TRUE(root) << root.error().message;
  const auto& top = root->document;
  EXPECT_EQ(valid_signatures(root->canonical, root->signatures, top.roles.at("root"), top.keys), 1);
  const auto timestamp = parse_timestamp(kRealTimestamp);
  ASSERT_TRUE(timestamp);
  EXPECT_EQ(valid_signatures(timestamp->canonical, timestamp->signatures, top.roles.at("timestamp"), top.keys), 1);
  const auto snapshot = parse_snapshot(kRealSnapshot);
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(valid_signatures(snapshot->canonical, snapshot->signatures, top.roles.at("snapshot"), top.keys), 1);
  EXPECT_EQ(snapshot->document.meta.at("delegatedrole.json").version, 2);
  const auto targets = parse_targets(kRealTargets);
  ASSERT_TRUE(targets);
  EXPECT_EQ(valid_signatures(targets->canonical, targets->signatures, top.roles.at("targets"), top.keys), 1);
  const auto& delegations = targets->document.delegations;
  ASSERT_EQ(delegations.roles.size(), 1U);
  EXPECT_TRUE(delegations.roles[0].terminating);
  const auto leaf = parse_targets(kRealDelegated);
  ASSERT_TRUE(leaf);
  EXPECT_EQ(valid_signatures(leaf->canonical, leaf->signatures, delegations.roles[0].role, delegations.keys), 1);
  EXPECT_EQ(leaf->document.targets.at("delegatedrole/artifact").length, 34U);
}

TEST(RealMetadata, CanonicalBytesAreTheKnownOnes) {
  const auto timestamp = parse_timestamp(kRealTimestamp);
  ASSERT_TRUE(timestamp);
  const std::string_view known =
      R"({"_type":"timestamp","expires":"2044-08-10T10:21:51Z","meta":{"snapshot.json":{"version":2}},"spec_version":"1.0.31","version":2})";
  EXPECT_EQ(timestamp->canonical, known);
  EXPECT_EQ(canonical(timestamp->document), known);
}

TEST(RealMetadata, AnUnknownFieldIsSignedToo) {
  std::string changed(kRealRoot);
  changed.replace(changed.find("\"@jku\""), 6, "\"@eve\"");
  const auto root = parse_root(changed);
  ASSERT_TRUE(root);
  EXPECT_EQ(valid_signatures(root->canonical, root->signatures, root->document.roles.at("root"), root->document.keys),
            0);
}

TEST(Keys, VerifyWhatAnotherImplementationSigned) {
  for (const auto& vector : kKeyVectors) {
    const std::string name(vector.name);
    const auto type = name.substr(0, name.starts_with("ecdsa") ? 5 : name.starts_with("rsa") ? 3 : name.size());
    const Key key{type, std::string(vector.scheme), std::string(vector.key)};
    const bool good = name != "rsa1024" && name != "ecdsa-other-curve";
    EXPECT_EQ(verifies(key, kVectorMessage, vector.signature), good) << name << " " << vector.scheme;
    EXPECT_FALSE(verifies(key, "another message", vector.signature)) << name;
    EXPECT_FALSE(verifies(key, kVectorMessage, "")) << name;
    EXPECT_FALSE(verifies(key, kVectorMessage, std::string(vector.signature).replace(20, 2, "zz"))) << name;
    EXPECT_FALSE(verifies({type, "of-tomorrow", key.value}, kVectorMessage, vector.signature)) << name;
  }
}

TEST(Keys, AnEncryptedPemIsRefusedAndNobodyIsAsked) {
  const Key key{"rsa", "rsassa-pss-sha256",
                "-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
                "00112233445566778899AABBCCDDEEFF\n\nAAAAAAAAAAAAAAAAAAAAAA==\n-----END PUBLIC KEY-----\n"};
  EXPECT_FALSE(verifies(key, kVectorMessage, "00"));
}

TEST(Keys, OneKeyUnderTwoIdsCountsOnce) {
  const auto key = PrivateKey::generate();
  auto shouted = key_of(key.public_key());
  for (char& c : shouted.value) c = static_cast<char>(std::toupper(c));
  const std::map<std::string, Key> keys{{"a", key_of(key.public_key())}, {"b", shouted}};
  const auto sig = security::to_hex(key.sign("message"));
  const std::vector<Signature> signatures{{"a", sig}, {"b", sig}};
  EXPECT_EQ(valid_signatures("message", signatures, Role{{"a", "b"}, 2}, keys), 1);
  EXPECT_EQ(valid_signatures("message", signatures, Role{{"c"}, 1}, keys), 0);
}

Root small_root(const PrivateKey& key) {
  Root root;
  root.version = 3;
  root.expires = *parse_time("2040-01-02T03:04:05Z");
  const auto id = id_of(key_of(key.public_key()));
  root.keys.emplace(id, key_of(key.public_key()));
  for (const auto* role : {"root", "timestamp", "snapshot", "targets"}) root.roles[role] = Role{{id}, 1};
  return root;
}

TEST(Writing, WhatWasWrittenReadsTheSame) {
  const auto key = PrivateKey::generate();
  const auto root = small_root(key);
  const auto file = sign_document(root, {&key});
  const auto read = parse_root(file);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->canonical, canonical(root));
  EXPECT_EQ(read->document.keys, root.keys);
  EXPECT_EQ(read->document.roles, root.roles);
  EXPECT_EQ(read->document.expires, root.expires);
  EXPECT_EQ(valid_signatures(read->canonical, read->signatures, root.roles.at("root"), root.keys), 1);
}

Targets rich_targets() {
  Targets targets;
  targets.version = 7;
  targets.expires = *parse_time("2040-01-02T03:04:05Z");
  Target target;
  target.length = 5;
  target.hashes = {{"sha256", std::string(64, 'a')}};
  target.custom_json = "{\"rapt\":{\"why\":\"line\\u000a\\\"quoted\\\" \\\\ \u00fc\"}}";
  targets.targets["modules/x/y/\"odd\"\n.rapt"] = target;
  DelegatedRole role;
  role.name = "publisher-x";
  role.role = {{"k"}, 1};
  role.paths = {"modules/x/*/*"};
  role.terminating = true;
  targets.delegations.keys["k"] = {"ed25519", "ed25519", std::string(64, '0')};
  targets.delegations.roles.push_back(role);
  return targets;
}

TEST(Writing, TextsOfAnyKindSurvive) {
  const auto key = PrivateKey::generate();
  const auto targets = rich_targets();
  const auto file = sign_document(targets, {&key});
  const auto read = parse_targets(file);
  ASSERT_TRUE(read) << read.error().message << file;
  EXPECT_EQ(read->canonical, canonical(targets));
  const auto& back = read->document.targets.begin();
  EXPECT_EQ(back->first, targets.targets.begin()->first);
  EXPECT_EQ(back->second.custom_json, targets.targets.begin()->second.custom_json);
  EXPECT_EQ(read->document.delegations.roles[0].paths, targets.delegations.roles[0].paths);
  EXPECT_EQ(canonical(read->document), read->canonical);
}

TEST(Writing, SuccinctRolesSurvive) {
  Targets targets;
  targets.version = 1;
  targets.delegations.succinct = SuccinctRoles{{{"k"}, 1}, 8, "bin"};
  const auto read = parse_targets(encode(canonical(targets), {}));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_TRUE(read->document.delegations.succinct);
  EXPECT_EQ(read->document.delegations.succinct->bit_length, 8);
  EXPECT_EQ(canonical(read->document), canonical(targets));
}

TEST(Writing, AddsASignatureAndReplacesItsOwn) {
  const auto mine = PrivateKey::generate();
  const auto other = PrivateKey::generate();
  std::string file = sign_document(small_root(mine), {&other});
  // Of a field that this program does not know nothing may get lost.
  file.replace(file.find("\"version\":3"), 11, "\"version\":3,\"x-later\":{\"b\":[1,null,true],\"a\":\"\\u0007\"}");
  for (int round = 0; round < 2; ++round) {
    const auto added = add_signature(file, mine);
    ASSERT_TRUE(added) << added.error().message;
    file = *added;
  }
  const auto read = parse_root(file);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->signatures.size(), 2U);
  EXPECT_NE(read->canonical.find("\"x-later\":{\"a\":\"\x07\",\"b\":[1,null,true]}"), std::string::npos);
  EXPECT_EQ(valid_signatures(read->canonical, read->signatures, read->document.roles.at("root"), read->document.keys),
            1);
  EXPECT_EQ(add_signature("{\"signed\":{}}", mine).error().kind, ErrorKind::kInvalid);
}

TEST(Paths, MatchAsTheSpecificationSays) {
  const auto fits = [](std::string pattern, std::string_view path) {
    DelegatedRole role;
    role.paths = {std::move(pattern)};
    return matches(role, path);
  };
  EXPECT_TRUE(fits("targets/*.tgz", "targets/foo.tgz"));
  EXPECT_FALSE(fits("targets/*.tgz", "targets/foo.txt"));
  EXPECT_TRUE(fits("foo-version-?.tgz", "foo-version-a.tgz"));
  EXPECT_FALSE(fits("foo-version-?.tgz", "foo-version-alpha.tgz"));
  EXPECT_TRUE(fits("*.tgz", "foo.tgz"));
  EXPECT_FALSE(fits("*.tgz", "targets/foo.tgz"));
  EXPECT_FALSE(fits("*", "a/b"));
  EXPECT_TRUE(fits("modules/x/*/*", "modules/x/y/y-1.0.0.rapt"));
  EXPECT_FALSE(fits("modules/x/*/*", "modules/xy/y/y-1.0.0.rapt"));
  EXPECT_FALSE(fits("modules/x/*/*", "modules/x/y/z/y-1.0.0.rapt"));
  EXPECT_FALSE(fits("modules/x/*/*", "modules/x/y"));
  EXPECT_FALSE(fits("a?b", "a/b"));
  EXPECT_TRUE(fits("a?b", "a\u00fcb"));
  EXPECT_TRUE(fits("*a*b*c", "xxaybaybzc"));
  EXPECT_FALSE(fits("*a*b*c", "xxaybaybz"));
  EXPECT_FALSE(fits("a", "ab"));
  EXPECT_FALSE(fits("ab", "a"));
  EXPECT_TRUE(fits("", ""));
  EXPECT_FALSE(fits(std::string(60, '*') + "b", std::string(5000, 'a')));
}

TEST(Paths, MatchByHash) {
  DelegatedRole role;
  role.path_hash_prefixes = {security::hex(security::sha256("some/path")).substr(0, 4)};
  EXPECT_TRUE(matches(role, "some/path"));
  EXPECT_FALSE(matches(role, "some/other"));
}

TEST(Paths, SuccinctRolesDivideThem) {
  Delegations delegations;
  delegations.succinct = SuccinctRoles{{{"k"}, 1}, 5, "bin"};
  const auto hash = security::sha256("some/path");
  const auto roles = delegated(delegations, "some/path");
  ASSERT_EQ(roles.size(), 1U);
  constexpr std::string_view kHex = "0123456789abcdef";
  EXPECT_EQ(roles[0].name, std::string("bin-") + kHex[hash[0] >> 7] + kHex[hash[0] >> 3 & 15]);
  EXPECT_TRUE(roles[0].terminating);
}

}  // namespace
}  // namespace rapt::tuf
