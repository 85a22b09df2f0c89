// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/coding.hpp"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace rapt::http {
namespace {

std::string_view chosen(const char* field) {
  Headers headers;
  if (field != nullptr) headers.set("accept-encoding", field);
  return name_of(choose_coding(headers));
}

TEST(ChooseCoding, FollowsTheWeights) {
  EXPECT_EQ(chosen(nullptr), "identity");
  EXPECT_EQ(chosen(""), "identity");
  EXPECT_EQ(chosen("gzip, deflate, br, zstd"), "br");
  EXPECT_EQ(chosen("gzip"), "gzip");
  EXPECT_EQ(chosen("BR;q=0.5, GZIP;q=0.8"), "gzip");
  EXPECT_EQ(chosen("br;q=0, gzip;q=0.001"), "gzip");
  EXPECT_EQ(chosen("gzip; q=0"), "identity");
  EXPECT_EQ(chosen("*"), "br");
  EXPECT_EQ(chosen("br;q=0, *"), "gzip");
  EXPECT_EQ(chosen("*;q=0"), "identity");
  EXPECT_EQ(chosen("identity, gzip;q=0.5"), "identity");
  EXPECT_EQ(chosen("gzip;q=nonsense"), "identity");
  EXPECT_EQ(chosen("gzip;q=2"), "identity");
  EXPECT_EQ(chosen("zstd"), "identity");
}

std::string unzipped(const std::string& bytes, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(size);
  const int ended = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return ended == Z_STREAM_END ? out : std::string();
}

TEST(Encode, MakesWhatOthersReadBack) {
  std::string body;
  for (int i = 0; i < 500; ++i) body += "{\"number\":" + std::to_string(i) + "},";
  const auto zipped = encode(Coding::kGzip, body).value();
  EXPECT_LT(zipped.size(), body.size() / 2);
  EXPECT_EQ(unzipped(zipped, body.size()), body);
  const auto brotli = encode(Coding::kBrotli, body).value();
  EXPECT_LT(brotli.size(), body.size() / 2);
  std::string out(body.size(), '\0');
  std::size_t size = out.size();
  ASSERT_EQ(BrotliDecoderDecompress(brotli.size(), reinterpret_cast<const std::uint8_t*>(brotli.data()), &size,
                                    reinterpret_cast<std::uint8_t*>(out.data())),
            BROTLI_DECODER_RESULT_SUCCESS);
  EXPECT_EQ(out.substr(0, size), body);
  EXPECT_EQ(encode(Coding::kIdentity, body), body);
}

}  // namespace
}  // namespace rapt::http
