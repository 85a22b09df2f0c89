// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rapt/bundle/bundle.hpp"
#include "test_files.hpp"

namespace rapt::bundle {
namespace {

using ::testing::HasSubstr;
using namespace testing;

constexpr unsigned kFile = 0100000, kFolder = 0040000, kSymlink = 0120000, kFifo = 0010000, kDevice = 0020000;

std::string refusal(std::string_view archive) {
  const auto read = read_bundle(archive);
  if (read) return "accepted";
  EXPECT_EQ(read.error().kind, ErrorKind::kInvalid);
  return read.error().message;
}

TEST(ReadBundle, ReadsWhatEncodeBundleWrote) {
  const auto archive = encode_bundle(sample_files(), "tester", nullptr);
  const auto read = read_bundle(archive.value());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->manifest.name, "sample");
  EXPECT_EQ(read->files.size(), 2U);
  EXPECT_EQ(read->files.at("lib/sample.so").mode, 0755U);
  EXPECT_EQ(read->library()->bytes, "not really a library");
  EXPECT_EQ(read->digest, security::sha256(archive.value()));
  EXPECT_EQ(read->signature, "");
}

TEST(ReadBundle, RefusesWhatIsNoArchive) {
  for (const std::string bytes : {"", "hello", "\x28\xb5\x2f\xfd", "\x28\xb5\x2f\xfd\x04\x58"})
    EXPECT_NE(refusal(bytes), "accepted");
  EXPECT_NE(refusal(std::string(100000, '\0')), "accepted");
}

TEST(ReadBundle, RefusesOtherFormatsAndFilters) {
  const std::vector<RawEntry> entries = {{"manifest.json", sample_manifest()}, {"lib/sample.so", "bytes"}};
  EXPECT_EQ(refusal(raw_archive(entries)), "accepted");
  for (const auto format : {Format::kPax, Format::kGnu, Format::kCpio, Format::kZip})
    EXPECT_NE(refusal(raw_archive(entries, format)), "accepted") << static_cast<int>(format);
  for (const auto filter : {Filter::kGzip, Filter::kNone, Filter::kZstdTwice})
    EXPECT_NE(refusal(raw_archive(entries, Format::kUstar, filter)), "accepted") << static_cast<int>(filter);
}

TEST(ReadBundle, RefusesHostilePathsAndNamesThem) {
  EXPECT_THAT(refusal(archive_with({"../evil", "x"})),
              HasSubstr("\"../evil\" is refused: it has a part that starts with a dot"));
  EXPECT_THAT(refusal(archive_with({"lib/../../evil", "x"})), HasSubstr("starts with a dot"));
  EXPECT_THAT(refusal(archive_with({"/etc/passwd", "x"})), HasSubstr("absolute"));
  EXPECT_THAT(refusal(archive_with({".hidden", "x"})), HasSubstr("starts with a dot"));
  EXPECT_THAT(refusal(archive_with({"lib//x", "x"})), HasSubstr("empty part"));
  EXPECT_THAT(refusal(archive_with({"a b", "x"})), HasSubstr("characters other than"));
  EXPECT_THAT(refusal(archive_with({"a\\b", "x"})), HasSubstr("characters other than"));
  EXPECT_THAT(refusal(archive_with({"a\nb", "x"})), HasSubstr("characters other than"));
  EXPECT_NE(refusal(archive_with({"\xc3\xa9", "x"})), "accepted");
  EXPECT_THAT(refusal(archive_with({std::string(60, 'd') + "/" + std::string(60, 'f'), "x"})),
              HasSubstr("longer than 99"));
}

TEST(ReadBundle, RefusesEverythingButRegularFiles) {
  EXPECT_THAT(refusal(archive_with({"link", "", kSymlink, 0777, "/etc/passwd"})), HasSubstr("symbolic link"));
  EXPECT_THAT(refusal(archive_with({"hard", "", kFile, 0644, "", "manifest.json"})), HasSubstr("hard link"));
  EXPECT_THAT(refusal(archive_with({"folder", "", kFolder, 0755})),
              ::testing::AnyOf(HasSubstr("only regular files"), HasSubstr("empty part")));
  EXPECT_THAT(refusal(archive_with({"pipe", "", kFifo})), HasSubstr("only regular files"));
  EXPECT_THAT(refusal(archive_with({"device", "", kDevice})), HasSubstr("only regular files"));
}

TEST(ReadBundle, RefusesOtherModes) {
  for (const unsigned mode : {04755U, 02755U, 01644U, 0777U, 0666U, 0U})
    EXPECT_THAT(refusal(archive_with({"x", "x", kFile, mode})), HasSubstr("mode"));
}

TEST(ReadBundle, RefusesOnePathTwice) {
  EXPECT_THAT(refusal(archive_with({"manifest.json", "{}"})), HasSubstr("twice"));
  EXPECT_THAT(refusal(archive_with({"MANIFEST.json", "{}"})), HasSubstr("twice"));
  EXPECT_THAT(refusal(archive_with({"lib", "a file where a folder is"})), HasSubstr("a folder of that name"));
  EXPECT_THAT(refusal(archive_with({"Manifest.JSON/x", "x"})), HasSubstr("lies in something that is a file"));
}

TEST(ReadBundle, RefusesTooManyFiles) {
  std::vector<RawEntry> entries = {{"manifest.json", sample_manifest()}};
  for (std::size_t i = 0; i < kMaxFiles; ++i) entries.push_back({"f" + std::to_string(i), "x"});
  EXPECT_THAT(refusal(raw_archive(entries)), HasSubstr("more than 256 files"));
}

TEST(ReadBundle, RefusesABombBeforeItHasUnpacked) {
  const std::string zeros(100 << 20, '\0');
  const auto bomb = raw_archive({{"manifest.json", sample_manifest()}, {"a", zeros}, {"b", zeros}, {"c", zeros}});
  ASSERT_LT(bomb.size(), 1U << 20);
  EXPECT_THAT(refusal(bomb), HasSubstr("unpacks to more than 256 MiB"));
}

TEST(ReadBundle, RefusesAnArchiveThatIsTooLarge) {
  EXPECT_THAT(refusal(std::string(kMaxBundleBytes + 1, 'x')), HasSubstr("larger than 64 MiB"));
}

TEST(ReadBundle, RefusesASizeThatTheEntryDoesNotHave) {
  auto tar = raw_archive({{"manifest.json", sample_manifest()}}, Format::kUstar, Filter::kNone);
  tar.resize(1024);  // the header promises more than is there
  EXPECT_NE(refusal(raw_archive({{"manifest.json", tar}})), "accepted");
  EXPECT_NE(refusal(tar), "accepted");
}

TEST(ReadBundle, RefusesABundleCutAtAnyPlace) {
  const auto archive = encode_bundle(sample_files(), "tester", nullptr).value();
  for (std::size_t length = 0; length < archive.size(); ++length) {
    EXPECT_NE(refusal(std::string_view(archive).substr(0, length)), "accepted") << length << " of " << archive.size();
  }
}

TEST(ReadBundle, RefusesAnythingAfterTheCompressedArchive) {
  const auto archive = encode_bundle(sample_files(), "tester", nullptr).value();
  EXPECT_NE(refusal(archive + "x"), "accepted");
  EXPECT_NE(refusal(archive + std::string(8, '\0')), "accepted");
  const std::string skippable("\x50\x2a\x4d\x18\x04\x00\x00\x00more", 12);
  EXPECT_THAT(refusal(archive + skippable), HasSubstr("12 bytes after"));
  EXPECT_THAT(refusal(archive + archive), HasSubstr("after its compressed archive"));
}

TEST(ReadBundle, RefusesAnythingAfterTheArchiveInside) {
  const std::vector<RawEntry> entries = {{"manifest.json", sample_manifest()}, {"lib/sample.so", "bytes"}};
  const auto tar = raw_archive(entries, Format::kUstar, Filter::kNone);
  EXPECT_EQ(refusal(compressed(tar)), "accepted");
  EXPECT_EQ(refusal(compressed(tar + std::string(8192, '\0'))), "accepted") << "tar pads to a record";
  EXPECT_THAT(refusal(compressed(tar + "hidden")), HasSubstr("after the end of its archive"));
  EXPECT_THAT(refusal(compressed(tar + std::string(4096, '\0') + "hidden")), HasSubstr("after the end of its archive"));
  EXPECT_THAT(refusal(compressed(tar + tar)), HasSubstr("after the end of its archive"));
  EXPECT_THAT(refusal(compressed(tar + std::string(1 << 20, '\0'))), HasSubstr("after the end of its archive"));
  EXPECT_THAT(refusal(compressed(tar.substr(0, tar.size() - 1024))), HasSubstr("has no end"));
}

TEST(ReadBundle, ReadsMigrationsAndRefusesWhatIsNone) {
  const auto manifest = with(sample_manifest(), "\"memory_mb\": 32", "\"migrations\": \"sql\"");
  const auto read = [&](std::vector<RawEntry> more) {
    more.insert(more.begin(), {{"manifest.json", manifest}, {"lib/sample.so", "x"}});
    return raw_archive(more);
  };
  const auto good = read({{"sql/0002_more.sql", "select 2"}, {"sql/0001_notes.sql", "select 1"}});
  ASSERT_EQ(refusal(good), "accepted");
  EXPECT_EQ(migrations_of(*read_bundle(good)), (std::vector<std::string>{"sql/0001_notes.sql", "sql/0002_more.sql"}));
  const auto undone = read({{"sql/0001_notes.sql", "select 1"}, {"sql/0001_notes.down.sql", "select 2"}});
  ASSERT_EQ(refusal(undone), "accepted");
  EXPECT_EQ(migrations_of(*read_bundle(undone)), (std::vector<std::string>{"sql/0001_notes.sql"}));
  EXPECT_EQ(undo_of(*read_bundle(undone), "sql/0001_notes.sql")->bytes, "select 2");
  EXPECT_EQ(undo_of(*read_bundle(good), "sql/0001_notes.sql"), nullptr);
  EXPECT_THAT(refusal(read({{"sql/0001_a.sql", "x"}, {"sql/0001_b.down.sql", "x"}})), HasSubstr("no sql/0001_b.sql"));
  EXPECT_THAT(refusal(read({{"sql/0001_a.sql", "x"}, {"sql/0001_a.down.sql", " "}})), HasSubstr("empty"));
  EXPECT_THAT(refusal(read({})), HasSubstr("has no file there"));
  EXPECT_THAT(refusal(read({{"sql/0002_notes.sql", "x"}})), HasSubstr("without a gap"));
  EXPECT_THAT(refusal(read({{"sql/0001_a.sql", "x"}, {"sql/0001_b.sql", "x"}})), HasSubstr("repetition"));
  EXPECT_THAT(refusal(read({{"sql/1_notes.sql", "x"}})), HasSubstr("0001_create_notes.sql"));
  EXPECT_THAT(refusal(read({{"sql/0001_notes.txt", "x"}})), HasSubstr("0001_create_notes.sql"));
  EXPECT_THAT(refusal(read({{"sql/0001_notes.sql", " \n"}})), HasSubstr("empty"));
  EXPECT_THAT(refusal(read({{"sql/0001_notes.sql", "\xff"}})), HasSubstr("no text"));
}

TEST(ReadBundle, RefusesAManifestThatNamesWhatIsNotThere) {
  EXPECT_THAT(refusal(raw_archive({{"lib/sample.so", "x"}})), HasSubstr("no manifest.json"));
  EXPECT_THAT(refusal(raw_archive({{"manifest.json", sample_manifest()}})), HasSubstr("lib/sample.so"));
  const auto manifest = with(sample_manifest(), "\"memory_mb\": 32", "\"config_schema\": \"config.schema.json\"");
  EXPECT_THAT(refusal(raw_archive({{"manifest.json", manifest}, {"lib/sample.so", "x"}})),
              HasSubstr("config.schema.json"));
}

TEST(EncodeBundle, GivesTheSameBytesForTheSameFiles) {
  const auto key = security::PrivateKey::generate();
  EXPECT_EQ(encode_bundle(sample_files(), "tester", &key).value(),
            encode_bundle(sample_files(), "tester", &key).value());
}

}  // namespace
}  // namespace rapt::bundle
