// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/bundle/library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "test_files.hpp"

namespace rapt::bundle {
namespace {

using ::testing::HasSubstr;

/// A library that the build has made of fixtures/library.c.
std::string fixture(const std::string& name) {
  return read_file(std::filesystem::path(RAPT_FIXTURES) / ("fixture_" + name + ".so"), 1u << 24).value();
}

Manifest manifest() {
  return parse_manifest(testing::sample_manifest()).value();
}

std::string refusal(const std::string& bytes, std::string_view architecture = native_architecture()) {
  const auto checked = check_library(bytes, architecture, manifest());
  return checked ? "sound" : checked.error().message;
}

TEST(CheckLibrary, AcceptsASoundOne) {
  EXPECT_EQ(refusal(fixture("sound")), "sound");
  EXPECT_EQ(refusal(fixture("sound_note")), "sound");
}

TEST(CheckLibrary, AcceptsOneThatUsesNothingOfLibc) {
  EXPECT_EQ(refusal(fixture("bare")), "sound");
}

TEST(CheckLibrary, ComparesTheNoteWithWhatItWasBuiltForNotWithWhatItNeeds) {
  auto ranged = manifest();
  ranged.abi_built_minor = 1;
  const auto checked = check_library(fixture("sound_note"), native_architecture(), ranged);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("built for ABI 1.0, but the manifest says 1.1"));
  ranged = manifest();
  ranged.abi_minor = 0, ranged.abi_built_minor = 0;
  EXPECT_TRUE(check_library(fixture("sound_note"), native_architecture(), ranged));
}

TEST(CheckLibrary, RefusesASecondExport) {
  EXPECT_THAT(refusal(fixture("exports_more")), HasSubstr("exports also_here"));
}
TEST(CheckLibrary, RefusesAMissingEntry) {
  EXPECT_THAT(refusal(fixture("no_entry")), HasSubstr("does not export rapt_module_entry"));
}
TEST(CheckLibrary, RefusesAFunctionAsEntry) {
  EXPECT_THAT(refusal(fixture("entry_is_function")), HasSubstr("not one data object"));
}
TEST(CheckLibrary, RefusesASymbolOfTheHost) {
  EXPECT_THAT(refusal(fixture("imports_from_host")), HasSubstr("imports host_secret"));
}
TEST(CheckLibrary, RefusesALibraryOutsideTheShortList) {
  EXPECT_THAT(refusal(fixture("needs_zlib")), HasSubstr("needs libz.so.1"));
}
TEST(CheckLibrary, RefusesAnExecutableStack) {
  EXPECT_THAT(refusal(fixture("executable_stack")), HasSubstr("executable stack"));
}
TEST(CheckLibrary, RefusesASearchPath) {
  EXPECT_THAT(refusal(fixture("search_path")), HasSubstr("search path"));
}
TEST(CheckLibrary, RefusesAnotherAbiThanTheManifests) {
  EXPECT_THAT(refusal(fixture("other_abi")), HasSubstr("built for ABI 7.0, but the manifest says 1.0"));
}

TEST(CheckLibrary, RefusesAnotherMachine) {
  const auto other = native_architecture() == "x86_64-linux-gnu" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  EXPECT_THAT(refusal(fixture("sound"), other), HasSubstr("another machine"));
}

TEST(CheckLibrary, RefusesAProgram) {
  EXPECT_NE(refusal(read_file("/proc/self/exe", 1u << 28).value()), "sound");
}

TEST(CheckLibrary, RefusesWhatIsNoLibrary) {
  for (const std::string bytes : {"",
                                  "\x7f"
                                  "ELF",
                                  "#!/bin/sh\n"})
    EXPECT_NE(refusal(bytes), "sound");
}

TEST(CheckLibrary, RefusesALibraryCutWithinItsTables) {
  const auto whole = fixture("sound");
  for (std::size_t length = 0; length < 0x400; ++length) EXPECT_NE(refusal(whole.substr(0, length)), "sound") << length;
}

// Under AddressSanitizer this shows that no field of the file leads outside of it.
TEST(CheckLibrary, SurvivesEveryChangedByte) {
  const auto whole = fixture("sound_note");
  std::size_t refused = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(whole.size(), 0x2000); ++i) {
    for (const char value : {'\x00', '\x7f', '\xff'}) {
      auto changed = whole;
      changed[i] = value;
      refused += refusal(changed) == "sound" ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 100U);
}

class PackBundle : public ::testing::Test {
 protected:
  PackBundle() : stage_(std::filesystem::path(::testing::TempDir()) / ("stage-" + new_uuid())) {
    std::filesystem::create_directories(stage_ / "lib");
    put("manifest.json", testing::sample_manifest());
    put("lib/sample.so", fixture("sound"));
    put("LICENSE", "Do what you like.\n");
    put("CHANGELOG.md", "# 1.2.3\nThe first.\n");
    put("sbom.spdx.json", testing::sample_sbom());
  }
  ~PackBundle() override { std::filesystem::remove_all(stage_); }
  void put(const std::string& path, const std::string& bytes) {
    ASSERT_TRUE(write_file_atomically(stage_ / path, bytes));
  }
  std::string refusal_of_stage() {
    const auto packed = pack_bundle(stage_, &key_);
    return packed ? "packed" : packed.error().message;
  }
  std::filesystem::path stage_;
  security::PrivateKey key_ = security::PrivateKey::generate();
};

TEST_F(PackBundle, MakesABundleThatIsBelieved) {
  const auto packed = pack_bundle(stage_, &key_);
  ASSERT_TRUE(packed) << packed.error().message;
  const auto bundle = read_bundle(*packed);
  TrustStore trust;
  trust.add("tester", key_.public_key());
  EXPECT_TRUE(verify_bundle(*bundle, trust, SignaturePolicy::kRequired));
  EXPECT_EQ(bundle->publisher_key_id, key_.public_key().key_id());
}

TEST_F(PackBundle, GivesTheSameBytesWhateverTheFilesTimes) {
  const auto first = pack_bundle(stage_, &key_).value();
  std::filesystem::last_write_time(stage_ / "manifest.json", std::filesystem::file_time_type{});
  EXPECT_EQ(first, pack_bundle(stage_, &key_).value());
}

TEST_F(PackBundle, RefusesWhatAnInstallationWouldRefuse) {
  put("lib/sample.so", fixture("exports_more"));
  EXPECT_THAT(refusal_of_stage(), HasSubstr("The library lib/sample.so is refused: it exports also_here"));
  put("manifest.json", "{}");
  EXPECT_THAT(refusal_of_stage(), HasSubstr("manifest.json has 8 faults"));
  std::filesystem::remove(stage_ / "manifest.json");
  EXPECT_THAT(refusal_of_stage(), HasSubstr("has no manifest.json"));
}

TEST_F(PackBundle, AsksForLicenseChangeLogAndBillOfMaterials) {
  for (const auto& [path, sentence] : {std::pair{"LICENSE", "There is no LICENSE"},
                                       {"CHANGELOG.md", "There is no CHANGELOG.md"},
                                       {"sbom.spdx.json", "There is no bill of materials"}}) {
    const auto bytes = read_file(stage_ / path, 1u << 20).value();
    std::filesystem::remove(stage_ / path);
    EXPECT_THAT(refusal_of_stage(), HasSubstr(sentence));
    put(path, bytes);
  }
  put("LICENSE", "\n");
  EXPECT_THAT(refusal_of_stage(), HasSubstr("LICENSE is empty"));
}

TEST_F(PackBundle, ReadsTheBillOfMaterials) {
  put("sbom.spdx.json", testing::with(testing::sample_sbom(), "1.2.3", "1.2.4"));
  EXPECT_THAT(refusal_of_stage(), HasSubstr("none of its packages is sample 1.2.3"));
  put("sbom.spdx.json", testing::with(testing::sample_sbom(), "SPDX-2.3", "SPDX-1.0"));
  EXPECT_THAT(refusal_of_stage(), HasSubstr("spdxVersion"));
  put("sbom.spdx.json", "{");
  EXPECT_THAT(refusal_of_stage(), HasSubstr("sbom.spdx.json is not JSON"));
  std::filesystem::remove(stage_ / "sbom.spdx.json");
  const std::string cyclone =
      R"({"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {"name": "sample", "version": "1.2.3"}}})";
  put("sbom.cdx.json", cyclone);
  EXPECT_EQ(refusal_of_stage(), "packed");
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"CycloneDX", "Tricycle"},
           {"\"1.5\"", "1.5"},
           {"\"sample\"", "\"simple\""},
           {"{\"component\"", "{\"part\""},
           {"{\"component\": {\"name\": \"sample\", \"version\": \"1.2.3\"}}", "7"}}) {
    put("sbom.cdx.json", testing::with(cyclone, from, to));
    EXPECT_THAT(refusal_of_stage(), HasSubstr("sbom.cdx.json is refused")) << to;
  }
}

TEST_F(PackBundle, RefusesLinksHiddenFilesAndSignatures) {
  put(".env", "SECRET=1");
  EXPECT_THAT(refusal_of_stage(), HasSubstr("starts with a dot"));
  std::filesystem::remove(stage_ / ".env");
  put("SIGNATURE", "{}");
  EXPECT_THAT(refusal_of_stage(), HasSubstr("SIGNATURE"));
  std::filesystem::remove(stage_ / "SIGNATURE");
  std::filesystem::create_symlink("/etc/passwd", stage_ / "passwd");
  EXPECT_THAT(refusal_of_stage(), HasSubstr("no regular file"));
}

TEST_F(PackBundle, SaysWhenTheFolderIsNotThere) {
  std::filesystem::remove_all(stage_);
  EXPECT_THAT(refusal_of_stage(), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace rapt::bundle
