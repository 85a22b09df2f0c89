// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/bundle/bundle.hpp"
#include "signature.hpp"
#include "test_files.hpp"

namespace rapt::bundle {
namespace {

using ::testing::HasSubstr;
using namespace testing;

class Trust : public ::testing::Test {
 protected:
  Trust() { store_.add("tester", key_.public_key()); }
  Bundle signed_bundle() { return read_bundle(encode_bundle(sample_files(), "tester", &key_).value()).value(); }
  std::string refusal(const Bundle& bundle, SignaturePolicy policy = SignaturePolicy::kRequired) {
    const auto verified = verify_bundle(bundle, store_, policy);
    if (verified) return "believed";
    EXPECT_EQ(verified.error().kind, ErrorKind::kForbidden);
    return verified.error().message;
  }
  security::PrivateKey key_ = security::PrivateKey::generate();
  TrustStore store_;
};

TEST_F(Trust, BelievesWhatATrustedKeySigned) {
  EXPECT_EQ(refusal(signed_bundle()), "believed");
}

TEST_F(Trust, RefusesAnUnsignedBundleUnlessDevelopmentModeAllowsIt) {
  const auto bundle = read_bundle(encode_bundle(sample_files(), "tester", nullptr).value()).value();
  EXPECT_THAT(refusal(bundle), HasSubstr("not signed"));
  EXPECT_EQ(refusal(bundle, SignaturePolicy::kDevelopmentMayLack), "believed");
}

TEST_F(Trust, RefusesAWrongSignatureEvenInDevelopmentMode) {
  auto bundle = signed_bundle();
  bundle.files.at("lib/sample.so").bytes[0] ^= 1;
  EXPECT_THAT(refusal(bundle, SignaturePolicy::kDevelopmentMayLack), HasSubstr("does not fit its files"));
}

TEST_F(Trust, RefusesAPublisherOfWhomNoKeyIsKnown) {
  store_ = TrustStore();
  EXPECT_THAT(refusal(signed_bundle()), HasSubstr("rapt trust add tester.pub"));
}

TEST_F(Trust, RefusesAKeyThatIsTrustedForSomebodyElseOnly) {
  const auto other = security::PrivateKey::generate();
  store_.add("somebody", other.public_key());
  const auto bundle = read_bundle(encode_bundle(sample_files(), "tester", &other).value()).value();
  EXPECT_THAT(refusal(bundle), HasSubstr("which is not trusted for tester"));
}

TEST_F(Trust, RefusesAnotherKeyUnderATrustedKeysId) {
  auto bundle = read_bundle(encode_bundle(sample_files(), "tester", nullptr).value()).value();
  const auto other = security::PrivateKey::generate();
  bundle.publisher_key_id = key_.public_key().key_id();
  bundle.signature = other.sign(signed_listing(bundle.files));
  EXPECT_THAT(refusal(bundle), HasSubstr("does not fit"));
}

TEST_F(Trust, BelievesBothKeysWhileAPublisherChangesThem) {
  const auto next = security::PrivateKey::generate();
  store_.add("tester", next.public_key());
  EXPECT_EQ(refusal(signed_bundle()), "believed");
  EXPECT_EQ(refusal(read_bundle(encode_bundle(sample_files(), "tester", &next).value()).value()), "believed");
}

TEST_F(Trust, NoticesEveryKindOfChange) {
  const std::function<void(std::map<std::string, File>&)> changes[] = {
      [](auto& files) { files.at("manifest.json").bytes += " "; },
      [](auto& files) { files.at("lib/sample.so").bytes.pop_back(); },
      [](auto& files) { files.at("lib/sample.so").mode = 0644; },
      [](auto& files) { files.erase("lib/sample.so"); },
      [](auto& files) {
        files["added"] = {0644, ""};
      },
      [](auto& files) { files["lib/renamed.so"] = files.extract("lib/sample.so").mapped(); },
      [](auto& files) { std::swap(files.at("manifest.json").bytes, files.at("lib/sample.so").bytes); },
  };
  for (const auto& change : changes) {
    auto bundle = signed_bundle();
    change(bundle.files);
    EXPECT_THAT(refusal(bundle), HasSubstr("does not fit"));
  }
}

TEST_F(Trust, RefusesAFlippedBitInAnyByteOfTheArchive) {
  const auto archive = encode_bundle(sample_files(), "tester", &key_).value();
  const auto whole = signed_bundle();
  for (std::size_t i = 0; i < archive.size(); ++i) {
    auto changed = archive;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    const auto read = read_bundle(changed);
    // A bit that changes nothing which is used (a tar header's spare field) leaves the same signed files.
    if (read && verify_bundle(*read, store_, SignaturePolicy::kRequired)) {
      EXPECT_EQ(signed_listing(read->files), signed_listing(whole.files)) << "byte " << i;
      EXPECT_NE(read->digest, whole.digest);
    }
  }
}

TEST_F(Trust, RefusesAMalformedSignatureFile) {
  const auto good = make_signature("tester", key_, "listing");
  ASSERT_TRUE(parse_signature(good));
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"ed25519", "none"},
                                                        {"\"publisher\":\"tester\",", ""},
                                                        {"\"key_id\":\"", "\"key_id\":\"zz"},
                                                        {"\"signature\":\"", "\"signature\":\"AA"},
                                                        {"}", ",\"more\":1}"},
                                                        {"{", "[{"}}) {
    EXPECT_FALSE(parse_signature(with(good, from, to))) << to;
  }
}

TEST_F(Trust, RefusesASignatureOfAnotherPublisherThanTheManifests) {
  const auto bundle = read_bundle(encode_bundle(sample_files(), "somebody", &key_).value());
  ASSERT_FALSE(bundle);
  EXPECT_THAT(bundle.error().message, HasSubstr("signed by somebody, but its manifest names tester"));
}

class TrustFolder : public Trust {
 protected:
  TrustFolder() : folder_(std::filesystem::path(::testing::TempDir()) / ("trust-" + new_uuid())) {
    std::filesystem::create_directories(folder_);
  }
  ~TrustFolder() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(TrustFolder, LoadsKeysByPublisher) {
  ASSERT_TRUE(write_file_atomically(folder_ / "tester.pub", "# a comment\n" + key_.public_key().to_text() + "\r\n"));
  ASSERT_TRUE(write_file_atomically(folder_ / "README", "not a key"));
  const auto loaded = TrustStore::load(folder_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->keys_of("tester")->at(0), key_.public_key());
  EXPECT_EQ(loaded->keys_of("somebody"), nullptr);
}

TEST_F(TrustFolder, IsEmptyWhenThereIsNone) {
  EXPECT_TRUE(TrustStore::load(folder_ / "nowhere"));
}

TEST_F(TrustFolder, NamesTheFileThatIsWrong) {
  ASSERT_TRUE(write_file_atomically(folder_ / "tester.pub", "nonsense\n"));
  EXPECT_THAT(TrustStore::load(folder_).error().message, HasSubstr("tester.pub: Line 1 is no public key"));
  ASSERT_TRUE(write_file_atomically(folder_ / "tester.pub", "# nothing\n"));
  EXPECT_FALSE(TrustStore::load(folder_));
  std::filesystem::rename(folder_ / "tester.pub", folder_ / "Wrong Name.pub");
  EXPECT_THAT(TrustStore::load(folder_).error().message, HasSubstr("PUBLISHER.pub"));
}

}  // namespace
}  // namespace rapt::bundle
