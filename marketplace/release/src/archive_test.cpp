// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/release/archive.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <functional>
#include <map>
#include <optional>

#include "archive_fixture.hpp"
#include "gzip.hpp"
#include "rapt/security/crypto.hpp"
#include "ustar.hpp"

namespace rapt::release {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::fill;
using ::testing::HasSubstr;
using testing::read;
using testing::sample_manifest;
using testing::Scratch;

const std::string kFolder = "raptscallions-1.2.0-x86_64-linux-gnu/";

std::string message_of(const Result<Manifest>& result) {
  return result ? "accepted" : result.error().message;
}

void gzip(const fs::path& path, const std::string& bytes) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  GzipWriter out(fd.get());
  ASSERT_EQ(out.write(bytes), 0);
  ASSERT_EQ(out.finish(), 0);
}

std::string entry(const std::string& path, const std::string& bytes, bool executable = false,
                  const std::function<void(Block&)>& change = {}) {
  auto header = *header_of(path, bytes.size(), executable, sample_manifest().built_at);
  if (change) change(header);
  return std::string(header.data(), header.size()) + bytes + std::string(padding_of(bytes.size()), '\0');
}

File listed(const std::string& path, const std::string& bytes) {
  return {path, bytes.size(), security::hex(security::sha256(bytes)), false};
}

/// An archive of a manifest that lists `a` and `b`, and of the entries that are given instead.
class Hostile : public ::testing::Test {
 protected:
  Hostile() {
    manifest_ = sample_manifest();
    manifest_.files = {listed("a", "first"), listed("b", "second")};
  }
  std::string begin() const { return entry(kFolder + "release.json", encode(manifest_)); }
  static std::string a() { return entry(kFolder + "a", "first"); }
  static std::string b() { return entry(kFolder + "b", "second"); }
  static std::string end() { return std::string(1024, '\0'); }

  std::string refusal(const std::string& tar) const {
    gzip(scratch_ / "x.tar.gz", tar);
    return refusal_of_file();
  }
  std::string refusal_of_file() const {
    const auto inspected = message_of(inspect(scratch_ / "x.tar.gz"));
    const auto unpacked = message_of(unpack(scratch_ / "x.tar.gz", scratch_ / "into"));
    EXPECT_EQ(inspected, unpacked);
    if (unpacked != "accepted") {
      EXPECT_FALSE(fs::exists(scratch_ / "into"));
      EXPECT_FALSE(fs::exists(scratch_ / "into.part"));
    }
    fs::remove_all(scratch_ / "into");
    return inspected;
  }
  Scratch scratch_;
  Manifest manifest_;
};

TEST(Release, IsTheSameAfterItWasPackedAndUnpacked) {
  const Scratch scratch;
  fill(scratch / "stage");
  const auto packed = pack(scratch / "stage", sample_manifest(), scratch / "x.tar.gz");
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(packed->core_migrations, 12);
  EXPECT_EQ(packed->files.size(), 11U);
  EXPECT_FALSE(fs::exists(scratch / "x.tar.gz.part"));
  const auto seen = inspect(scratch / "x.tar.gz").value();
  EXPECT_EQ(encode(seen), encode(*packed));
  const auto unpacked = unpack(scratch / "x.tar.gz", scratch / "releases/1.2.0");
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_EQ(read(scratch / "releases/1.2.0/web/index.html"), std::string(300'000, 'x'));
  EXPECT_EQ(fs::status(scratch / "releases/1.2.0/bin/rapt").permissions(), fs::perms(0555));
  EXPECT_EQ(fs::status(scratch / "releases/1.2.0/LICENSE").permissions(), fs::perms(0444));
  EXPECT_EQ(encode(read_folder(scratch / "releases/1.2.0", true).value()), encode(*packed));
  EXPECT_EQ(unpack(scratch / "x.tar.gz", scratch / "releases/1.2.0").error().kind, ErrorKind::kConflict);
}

TEST(Release, GivesTheSameBytesForTheSameFiles) {
  const Scratch scratch;
  fill(scratch / "one");
  fill(scratch / "two");
  ASSERT_TRUE(pack(scratch / "one", sample_manifest(), scratch / "1.tar.gz"));
  ASSERT_TRUE(pack(scratch / "two", sample_manifest(), scratch / "2.tar.gz"));
  EXPECT_EQ(read(scratch / "1.tar.gz"), read(scratch / "2.tar.gz"));
}

TEST(Release, IsReadByTheUsualTar) {
  const Scratch scratch;
  fill(scratch / "stage");
  ASSERT_TRUE(pack(scratch / "stage", sample_manifest(), scratch / "x.tar.gz"));
  const auto command = "tar -C '" + (scratch / "").string() + "' -xzf '" + (scratch / "x.tar.gz").string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_TRUE(read_folder(scratch / kFolder, true));
}

TEST(Release, PackRefusesWhatNoReleaseMayHold) {
  const Scratch scratch;
  const auto refusal = [&](const std::function<void(const fs::path&)>& change) {
    fs::remove_all(scratch / "stage");
    fill(scratch / "stage");
    change(scratch / "stage");
    const auto packed = pack(scratch / "stage", sample_manifest(), scratch / "x.tar.gz");
    EXPECT_FALSE(fs::exists(scratch / "x.tar.gz"));
    EXPECT_FALSE(fs::exists(scratch / "x.tar.gz.part"));
    return message_of(packed);
  };
  EXPECT_THAT(refusal([](auto& stage) { fs::create_symlink("/etc/passwd", stage / "web/link"); }),
              HasSubstr("web/link: is a symbolic link"));
  EXPECT_THAT(refusal([](auto& stage) { ::mkfifo((stage / "pipe").c_str(), 0600); }), HasSubstr("pipe: is no regular"));
  EXPECT_THAT(refusal([](auto& stage) { testing::write(stage / "a\xff", ""); }), HasSubstr("not UTF-8"));
  EXPECT_THAT(refusal([](auto& stage) { testing::write(stage / "release.json", "{}"); }), HasSubstr("manifest itself"));
  EXPECT_THAT(refusal([](auto& stage) { fs::remove(stage / "bin/rapt"); }), HasSubstr("bin/rapt: is missing"));
  EXPECT_THAT(refusal([](auto& stage) { fs::remove_all(stage); }), HasSubstr("cannot be read"));
  auto manifest = sample_manifest();
  manifest.version = "1.2";
  fill(scratch / "stage");
  EXPECT_THAT(message_of(pack(scratch / "stage", manifest, scratch / "x.tar.gz")), HasSubstr("version is no semantic"));
}

TEST(Release, StopsWhenItIsTold) {
  const Scratch scratch;
  fill(scratch / "stage");
  const Progress no = [](std::uint64_t, std::uint64_t) { return false; };
  EXPECT_EQ(pack(scratch / "stage", sample_manifest(), scratch / "x.tar.gz", no).error().code, "CANCELLED");
  ASSERT_TRUE(pack(scratch / "stage", sample_manifest(), scratch / "x.tar.gz"));
  EXPECT_EQ(unpack(scratch / "x.tar.gz", scratch / "into", no).error().code, "CANCELLED");
  EXPECT_FALSE(fs::exists(scratch / "into.part"));
}

TEST(Release, ReadFolderNamesWhatWasSpoiled) {
  const Scratch scratch;
  fill(scratch / "stage");
  ASSERT_TRUE(pack(scratch / "stage", sample_manifest(), scratch / "x.tar.gz"));
  const auto fault = [&](const std::function<void(const fs::path&)>& change) {
    fs::remove_all(scratch / "into");
    EXPECT_TRUE(unpack(scratch / "x.tar.gz", scratch / "into"));
    change(scratch / "into");
    EXPECT_TRUE(read_folder(scratch / "into", false));
    return message_of(read_folder(scratch / "into", true));
  };
  EXPECT_EQ(fault([](auto&) {}), "accepted");
  EXPECT_THAT(fault([](auto& into) { fs::remove(into / "LICENSE"); }), HasSubstr("LICENSE cannot be read"));
  EXPECT_THAT(fault([](auto& into) { testing::write(into / "more", ""); }), HasSubstr("more files"));
  EXPECT_THAT(fault([](auto& into) { testing::write(into / "LICENSE", "Words\n"); }), HasSubstr("other bytes"));
  EXPECT_THAT(fault([](auto& into) { fs::permissions(into / "bin/rapt", fs::perms(0444)); }), HasSubstr("mode"));
  EXPECT_THAT(fault([](auto& into) {
                fs::remove(into / "LICENSE");
                fs::create_symlink("CHANGELOG.md", into / "LICENSE");
              }),
              HasSubstr("LICENSE cannot be read"));
}

TEST_F(Hostile, AnHonestOneIsTaken) {
  EXPECT_EQ(refusal(begin() + a() + b() + end()), "accepted");
}

TEST_F(Hostile, EntriesThatAreNoFilesAreRefused) {
  const std::map<char, std::string> kinds{
      {'1', "a hard link"}, {'2', "a symbolic link"}, {'3', "a device"}, {'4', "a device"},
      {'5', "a folder"},    {'6', "a pipe"},          {'x', "pax"},      {'g', "pax"},
      {'L', "unknown kind"}};
  for (const auto& [type, words] : kinds) {
    const auto change = [type = type](Block& header) { header[156] = type; };
    EXPECT_THAT(refusal(begin() + entry(kFolder + "a", "first", false, change) + b() + end()), HasSubstr(words));
  }
}

TEST_F(Hostile, NamesThatTheManifestDoesNotListAreRefused) {
  for (const std::string name : {"/etc/passwd", "../a", "raptscallions-1.2.0-x86_64-linux-gnu/../../a", "other/a", "a"})
    EXPECT_THAT(refusal(begin() + entry(name, "first") + b() + end()), AllOf(HasSubstr(name), HasSubstr("refused")));
  EXPECT_THAT(refusal(begin() + entry(kFolder + "a\xff", "first") + end()), HasSubstr("not UTF-8"));
  EXPECT_THAT(refusal(begin() + a() + a() + b() + end()), HasSubstr("is what comes here")) << "twice";
  EXPECT_THAT(refusal(begin() + b() + a() + end()), HasSubstr("is what comes here")) << "another order";
  EXPECT_THAT(refusal(begin() + a() + end()), HasSubstr("ends before"));
  EXPECT_THAT(refusal(begin() + a() + b() + entry(kFolder + "c", "x") + end()), HasSubstr("does not list it"));
}

TEST_F(Hostile, TheManifestComesFirstAndFitsItsFolder) {
  EXPECT_THAT(refusal(a() + b() + end()), HasSubstr("begins with its release.json"));
  EXPECT_THAT(refusal(end()), HasSubstr("begins with its release.json"));
  EXPECT_THAT(refusal(entry("other/release.json", encode(manifest_)) + a() + b() + end()), HasSubstr("comes here"));
  EXPECT_THAT(refusal(entry(kFolder + "release.json", "{}") + a() + b() + end()), HasSubstr("version is missing"));
  const auto huge = [](Block& header) { std::memcpy(header.data() + 124, "77777777777", 11); };
  EXPECT_THAT(refusal(entry(kFolder + "release.json", "{}", false, huge)), HasSubstr("larger than a release.json"));
  const auto word = [](Block& header) { header[124] = '9'; };
  EXPECT_THAT(refusal(entry(kFolder + "release.json", "{}", false, word)), HasSubstr("larger than a release.json"));
  manifest_.core_migrations = 7;
  EXPECT_THAT(refusal(begin() + a() + b() + end()), HasSubstr("core_migrations"));
}

TEST_F(Hostile, OtherBytesThanTheManifestSaysAreRefused) {
  EXPECT_THAT(refusal(begin() + entry(kFolder + "a", "First") + b() + end()), HasSubstr("a has other bytes"));
  EXPECT_THAT(refusal(begin() + entry(kFolder + "a", "firsts") + b() + end()), HasSubstr("has not the 5 bytes"));
  EXPECT_THAT(refusal(begin() + entry(kFolder + "a", "first", true) + b() + end()), HasSubstr("mode, owner or time"));
  const auto owned = [](Block& header) { header[114] = '7'; };
  EXPECT_THAT(refusal(begin() + entry(kFolder + "a", "first", false, owned) + end()), HasSubstr("mode, owner or time"));
  auto hidden = begin() + a();
  hidden.back() = 'h';
  EXPECT_THAT(refusal(hidden + b() + end()), HasSubstr("hides bytes"));
}

TEST_F(Hostile, WhatFollowsTheEndIsRefused) {
  const auto whole = begin() + a() + b();
  EXPECT_THAT(refusal(whole + end() + "x"), HasSubstr("goes on after the end"));
  EXPECT_THAT(refusal(whole + end() + std::string(512, '\0')), HasSubstr("goes on after the end"));
  EXPECT_THAT(refusal(whole + std::string(512, '\0')), HasSubstr("ends too early"));
  gzip(scratch_ / "x.tar.gz", whole + end());
  const auto archive = read(scratch_ / "x.tar.gz");
  for (const std::string& more : {std::string("x"), std::string(8, '\0'), archive}) {
    testing::write(scratch_ / "x.tar.gz", archive + more);
    EXPECT_THAT(refusal_of_file(), HasSubstr("goes on after the end"));
  }
}

TEST_F(Hostile, ACutArchiveIsRefusedWhereverItWasCut) {
  gzip(scratch_ / "x.tar.gz", begin() + a() + b() + end());
  const auto archive = read(scratch_ / "x.tar.gz");
  for (std::size_t length = 0; length < archive.size(); ++length) {
    testing::write(scratch_ / "x.tar.gz", archive.substr(0, length));
    EXPECT_NE(message_of(inspect(scratch_ / "x.tar.gz")), "accepted") << length << " of " << archive.size();
  }
}

TEST_F(Hostile, NoByteOfAnArchiveMayBeAnother) {
  gzip(scratch_ / "x.tar.gz", begin() + a() + b() + end());
  const auto archive = read(scratch_ / "x.tar.gz");
  for (std::size_t at = 0; at < archive.size(); ++at) {
    if (at == 8 || at == 9) continue;  // gzip: how well it was packed, and on which system
    auto changed = archive;
    changed[at] = static_cast<char>(changed[at] ^ 0x11);
    testing::write(scratch_ / "x.tar.gz", changed);
    EXPECT_NE(message_of(inspect(scratch_ / "x.tar.gz")), "accepted") << "byte " << at;
  }
}

TEST_F(Hostile, AnythingButAPlainGzipFileIsRefused) {
  for (const std::string& bytes : {std::string(), std::string("PK\x03\x04"), begin() + a() + b() + end()}) {
    testing::write(scratch_ / "x.tar.gz", bytes);
    EXPECT_THAT(refusal_of_file(), HasSubstr("does not begin as a plain gzip file"));
  }
  fs::remove(scratch_ / "x.tar.gz");
  EXPECT_THAT(refusal_of_file(), HasSubstr("cannot be opened"));
  fs::create_directory(scratch_ / "x.tar.gz");
  EXPECT_THAT(refusal_of_file(), HasSubstr("is no file"));
  fs::remove(scratch_ / "x.tar.gz");
  ASSERT_EQ(::mkfifo((scratch_ / "x.tar.gz").c_str(), 0600), 0);
  EXPECT_THAT(refusal_of_file(), HasSubstr("is no file"));
}

TEST_F(Hostile, BombsAreRefusedBeforeTheyHaveUnpacked) {
  // What is larger than a release may be is not begun.
  manifest_.files = {{"a", kMaxUnpackedBytes + 1, std::string(64, 'a'), false}};
  EXPECT_THAT(refusal(begin()), HasSubstr("files[0].bytes is more than"));
  manifest_.files = {{"a", kMaxUnpackedBytes, std::string(64, 'a'), false}, {"b", 1, std::string(64, 'a'), false}};
  EXPECT_THAT(refusal(begin()), HasSubstr("files have more bytes"));
  // And no more is read than was said.
  manifest_.files = {listed("a", "first")};
  EXPECT_THAT(refusal(begin() + a() + end() + std::string(100 << 20, '\0')), HasSubstr("goes on after the end"));
  testing::write(scratch_ / "x.tar.gz", "");
  fs::resize_file(scratch_ / "x.tar.gz", kMaxArchiveBytes + 1);
  EXPECT_EQ(inspect(scratch_ / "x.tar.gz").error().kind, ErrorKind::kTooLarge);
}

/// Runs `step` in a process of its own; what it returns, or nullopt when `prepare` could not.
std::optional<int> apart(const std::function<bool()>& prepare, const std::function<int()>& step) {
  const auto child = ::fork();
  if (child == 0) ::_exit(prepare() ? step() : 77);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status) == 77 ? std::nullopt : std::optional(WEXITSTATUS(status));
}

TEST(Release, AFullDiskIsSaidAndNothingIsLeft) {
  const Scratch scratch;
  fill(scratch / "stage");
  testing::write(scratch / "stage/web/large", std::string(3 << 20, 'y'));
  ASSERT_TRUE(pack(scratch / "stage", sample_manifest(), scratch / "x.tar.gz"));
  fs::create_directory(scratch / "small");
  const auto mounted = apart(
      [&] {
        if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
        return ::mount("tmpfs", (scratch / "small").c_str(), "tmpfs", 0, "size=1m") == 0;
      },
      [&] {
        const auto made = unpack(scratch / "x.tar.gz", scratch / "small/into");
        if (made || made.error().kind != ErrorKind::kUnavailable || made.error().part != "disk") return 1;
        if (made.error().message.find("It needs 4 MiB below " + (scratch / "small").string()) == std::string::npos)
          return 2;
        return fs::is_empty(scratch / "small") ? 0 : 3;
      });
  if (!mounted) GTEST_SKIP() << "this machine lets nobody mount a small file system";
  EXPECT_EQ(*mounted, 0);
}

TEST(Release, AFileThatMayNotGrowIsSaidAndNothingIsLeft) {
  const Scratch scratch;
  fill(scratch / "stage");
  fill(scratch / "noise");
  testing::write(scratch / "noise/web/noise", security::random_bytes(100'000));  // which gzip makes no smaller
  ASSERT_TRUE(pack(scratch / "stage", sample_manifest(), scratch / "x.tar.gz"));
  const auto limited = apart(
      [] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{10'000, 10'000};
        return ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
      },
      [&] {
        const auto unpacked = unpack(scratch / "x.tar.gz", scratch / "into");
        if (unpacked || unpacked.error().message.find("It needs 1 MiB below") == std::string::npos) return 1;
        const auto packed = pack(scratch / "noise", sample_manifest(), scratch / "y.tar.gz");
        if (packed || packed.error().part != "disk") return 2;
        return fs::exists(scratch / "into.part") || fs::exists(scratch / "y.tar.gz.part") ? 3 : 0;
      });
  ASSERT_TRUE(limited);
  EXPECT_EQ(*limited, 0);
}

}  // namespace
}  // namespace rapt::release
