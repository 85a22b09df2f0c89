// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gtest/gtest.h>

#include "rapt/tuf/metadata.hpp"
#include "real_metadata.hpp"

namespace rapt::tuf {
namespace {

struct Bad {
  std::string_view from, to;      ///< what is changed in a good document
  std::string_view path, saying;  ///< the field and a part of the sentence
};

std::string changed(std::string_view document, const Bad& bad) {
  std::string out(document);
  const auto at = out.find(bad.from);
  EXPECT_NE(at, std::string::npos) << bad.from;
  return out.replace(at, bad.from.size(), bad.to);
}

template <class Parse>
void refuses(std::string_view good, const Bad& bad, const Parse& parse) {
  const auto result = parse(changed(good, bad));
  ASSERT_FALSE(result) << bad.to;
  const auto error = result.error();
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  ASSERT_EQ(error.fields.size(), 1U);
  EXPECT_EQ(error.fields[0].path, bad.path) << bad.to;
  EXPECT_NE((error.message + error.fields[0].message).find(bad.saying), std::string::npos)
      << bad.to << ": " << error.message << error.fields[0].message;
}

TEST(Parsing, RefusesABadTimestampAndSaysWhere) {
  for (const auto& bad : {
           Bad{"\"_type\": \"timestamp\"", "\"_type\": \"snapshot\"", "signed._type", "\"timestamp\" is needed"},
           Bad{"1.0.31", "2.0.0", "signed.spec_version", "Only version 1"},
           Bad{"1.0.31", "1", "signed.spec_version", "Only version 1"},
           Bad{"2044-08-10T10:21:51Z", "2044-08-10T10:21:51+00:00", "signed.expires", "A time as"},
           Bad{"2044-08-10T10:21:51Z", "2044-13-10T10:21:51Z", "signed.expires", "A time as"},
           Bad{"\"version\": 2\n }", "\"version\": 0\n }", "signed.version", "at least 1"},
           Bad{"\"version\": 2\n }", "\"version\": \"2\"\n }", "signed.version", "integer"},
           Bad{"\"version\": 2\n }", "\"version\": 2.5\n }", "", "\"2.5\" is no integer"},
           Bad{"\"version\": 2\n }", "\"version\": 1e3\n }", "", "\"1e3\" is no integer"},
           Bad{"\"version\": 2\n }", "\"version\": 9223372036854775808\n }", "", "larger than 64 bits"},
           Bad{"\"version\": 2\n }", "\"version\": 99999999999999999999999\n }", "", "is no integer"},
           Bad{"\"version\": 2\n }", "\"version\": 2, \"version\": 3\n }", "", "\"version\" comes twice"},
           Bad{"\"version\": 2\n }", "\"version\": 2\n }}", "", "no JSON"},
           Bad{"snapshot.json", "other.json", "signed.meta.snapshot.json", "object"},
           Bad{"\"version\": 2\n", "\"version\": 2, \"length\": -1\n", "signed.meta.snapshot.json.length",
               "at least 0"},
           Bad{"\"version\": 2\n", "\"version\": 2, \"hashes\": {\"md5\": \"00\"}\n",
               "signed.meta.snapshot.json.hashes", "sha256 and sha512"},
           Bad{"\"signatures\": [", "\"signatures\": [7,", "signatures[0]", "object"},
           Bad{"\"sig\": ", "\"sgi\": ", "signatures[0].sig", "text"},
       })
    refuses(kRealTimestamp, bad, parse_timestamp);
}

TEST(Parsing, RefusesABadRootAndSaysWhere) {
  for (const auto& bad : {
           Bad{"\"threshold\": 1", "\"threshold\": 0", "signed.roles.root.threshold", "at least 1"},
           Bad{"\"timestamp\": {", "\"timestmap\": {", "signed.roles.timestamp", "object"},
           Bad{"\"consistent_snapshot\": true", "\"consistent_snapshot\": 1", "signed.consistent_snapshot", "true or"},
           Bad{"\"keytype\": \"ecdsa\"", "\"keytype\": []",
               "signed.keys.a54e905f3e03bb0cccdc954bd40d4d29b5c1a2a95c2777f10f9c63a503c7f777.keytype", "text"},
           Bad{"\"root\": {\n    \"keyids\": [", "\"root\": {\n    \"keyids\": [\"x\", \"x\",",
               "signed.roles.root.keyids", "twice"},
       })
    refuses(kRealRoot, bad, parse_root);
}

TEST(Parsing, RefusesBadTargetsAndSaysWhere) {
  for (const auto& bad : {
           Bad{"\"name\": \"delegatedrole\"", "\"name\": \"snapshot\"", "signed.delegations.roles[0].name", "root"},
           Bad{"\"name\": \"delegatedrole\"", "\"name\": \"\"", "signed.delegations.roles[0].name", "1 to 200"},
           Bad{"\"paths\": [", "\"path_hash_prefixes\": [], \"paths\": [", "signed.delegations.roles[0].paths",
               "Either"},
           Bad{"\"paths\": [", "\"pahts\": [", "signed.delegations.roles[0].paths", "Either"},
           Bad{"\"roles\": [", "\"succinct_roles\": {}, \"roles\": [", "signed.delegations.roles", "Either"},
           Bad{"\"targets\": {}", "\"targets\": {\"a\": {\"length\": 1, \"hashes\": {}}}", "signed.targets.a.hashes",
               "At least one"},
       })
    refuses(kRealTargets, bad, parse_targets);
}

TEST(Parsing, RefusesASecondSignatureOfOneKey) {
  std::string twice(kRealTimestamp);
  const auto begin = twice.find("  {\n   \"keyid\"");
  const auto end = twice.find("  }\n ],") + 3;
  twice.insert(begin, twice.substr(begin, end - begin) + ",\n");
  const auto result = parse_timestamp(twice);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fields.at(0).path, "signatures[1].keyid");
}

TEST(Parsing, RefusesEndlessNesting) {
  const auto result = parse_root(std::string(100000, '['));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().fields.at(0).message.find("32 levels"), std::string::npos) << result.error().message;
}

TEST(Parsing, RefusesWhatIsNoText) {
  for (const std::string_view bytes : {"", "\xff\xfe", "null", "[]", "{\"signed\": \"\xc0\xaf\"}"}) {
    const auto result = parse_snapshot(bytes);
    ASSERT_FALSE(result) << bytes;
    EXPECT_EQ(result.error().kind, ErrorKind::kInvalid);
  }
}

}  // namespace
}  // namespace rapt::tuf
