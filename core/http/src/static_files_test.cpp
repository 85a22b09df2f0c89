// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/static_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::http {
namespace {

namespace fs = std::filesystem;

class Pages : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root_ / "assets");
    write_file_atomically(root_ / "index.html", "<!doctype html><title>Pages</title>").value();
    write_file_atomically(root_ / "assets" / "app-1a2b.js", script_).value();
    write_file_atomically(root_ / "favicon.ico", "icon").value();
  }
  void TearDown() override { fs::remove_all(root_); }

  StaticFiles load() {
    std::string fault;
    Headers headers;
    headers.set("X-Content-Type-Options", "nosniff");
    auto files = StaticFiles::load(root_, headers, fault);
    EXPECT_TRUE(files) << fault;
    return std::move(*files);
  }

  static Request asking(std::string path, std::string method = "GET") {
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    return request;
  }

  const fs::path root_ = fs::temp_directory_path() / ("rapt-pages-" + new_uuid());
  const std::string script_ = std::string(5000, 'x') + "();";
};

std::string unzipped_file(const std::string& bytes, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  inflateEnd(&stream);
  return out;
}

TEST_F(Pages, AreServedWithTypeTagCachingAndTheCommonFields) {
  const StaticFiles files = load();
  const auto page = files.answer(asking("/"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->headers.get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page->headers.get("Cache-Control"), "no-cache");
  EXPECT_EQ(page->headers.get("X-Content-Type-Options"), "nosniff");
  const auto script = files.answer(asking("/assets/app-1a2b.js"));
  ASSERT_TRUE(script);
  EXPECT_EQ(script->headers.get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_THAT(std::string(*script->headers.get("Cache-Control")), ::testing::HasSubstr("immutable"));
  EXPECT_EQ(script->body, script_);
}

TEST_F(Pages, AreCompressedForThoseWhoTakeIt) {
  const StaticFiles files = load();
  Request request = asking("/assets/app-1a2b.js");
  request.headers.set("Accept-Encoding", "br, gzip;q=0.8");
  const auto zipped = files.answer(request);
  ASSERT_TRUE(zipped);
  EXPECT_EQ(zipped->headers.get("Content-Encoding"), "gzip");
  EXPECT_EQ(zipped->headers.get("Vary"), "Accept-Encoding");
  EXPECT_LT(zipped->body.size(), script_.size() / 10);
  EXPECT_EQ(unzipped_file(zipped->body, script_.size()), script_);
  request.headers.set("Accept-Encoding", "gzip;q=0");
  EXPECT_FALSE(files.answer(request)->headers.get("Content-Encoding"));
}

TEST_F(Pages, AreNotSentAgainWhenTheyHaveNotChanged) {
  const StaticFiles files = load();
  Request request = asking("/");
  const std::string tag(*files.answer(request)->headers.get("ETag"));
  request.headers.set("If-None-Match", "\"older\", W/" + tag);
  const auto answer = files.answer(request);
  EXPECT_EQ(answer->status, 304);
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(answer->headers.get("ETag"), tag);
}

TEST_F(Pages, OfTheirOwnRouterGetTheIndex) {
  const StaticFiles files = load();
  EXPECT_THAT(files.answer(asking("/sessions/0190a7c2"))->body, ::testing::HasSubstr("<title>"));
  EXPECT_FALSE(files.answer(asking("/assets/gone.js")));
  EXPECT_FALSE(files.answer(asking("/gone.png")));
  EXPECT_FALSE(files.answer(asking("/assets/gone")));
  EXPECT_FALSE(files.answer(asking("/", "POST")));
}

TEST_F(Pages, OutsideOfTheFolderAreNotReached) {
  const fs::path outside = fs::temp_directory_path() / ("rapt-secret-" + new_uuid());
  write_file_atomically(outside, "secret").value();
  fs::create_symlink(outside, root_ / "link.txt");
  EXPECT_FALSE(load().answer(asking("/link.txt")));
  fs::remove(outside);
}

TEST_F(Pages, ThatWereNotBuiltAreAFault) {
  fs::remove(root_ / "index.html");
  std::string fault;
  EXPECT_FALSE(StaticFiles::load(root_, {}, fault));
  EXPECT_THAT(fault, ::testing::HasSubstr("index.html"));
  EXPECT_FALSE(StaticFiles::load(root_ / "nowhere", {}, fault));
}

}  // namespace
}  // namespace rapt::http
