// SPDX-License-Identifier: AGPL-3.0-or-later
#include "message.hpp"

#include <gtest/gtest.h>

namespace rapt::mail {
namespace {

const TimePoint kNow = *parse_time("2026-03-01T08:05:09Z");

std::string line_of(const std::string& message, const std::string& field) {
  const auto start = message.find("\r\n" + field + ": ") + 2;
  return message.substr(start, message.find("\r\n", start) - start);
}

TEST(Message, CarriesPlainTextAsBase64) {
  const auto message = message_of({"ada@example.org", "Hello", "Grüße\n"}, "1", "noreply@school.example", kNow);
  EXPECT_EQ(message.substr(0, message.find("\r\n")), "Date: Sun, 01 Mar 2026 08:05:09 +0000");
  EXPECT_EQ(line_of(message, "From"), "From: noreply@school.example");
  EXPECT_EQ(line_of(message, "To"), "To: ada@example.org");
  EXPECT_EQ(line_of(message, "Subject"), "Subject: Hello");
  EXPECT_EQ(line_of(message, "Message-ID"), "Message-ID: <1@school.example>");
  EXPECT_EQ(message.substr(message.find("\r\n\r\n") + 4), "R3LDvMOfZQo=\r\n");
}

TEST(Message, EncodesWhatIsNotAsciiInWordsThatEndBetweenCharacters) {
  std::string subject;
  for (int i = 0; i < 40; ++i) subject += "é";
  const auto message = message_of({"a@b.c", subject, ""}, "1", "Schüle <n@s.e>", kNow);
  EXPECT_NE(message.find("From: =?UTF-8?B?U2Now7xsZQ==?= <n@s.e>\r\n"), std::string::npos);
  const auto start = message.find("Subject: ");
  const auto end = message.find("\r\nAuto-Submitted");
  const std::string field = message.substr(start, end - start);
  EXPECT_EQ(field.find("\xc3"), std::string::npos);
  for (std::size_t at = 0, next = 0; next != std::string::npos; at = next + 2) {
    next = field.find("\r\n", at);
    EXPECT_LE((next == std::string::npos ? field.size() : next) - at, 84U);
  }
}

TEST(Message, KeepsLinesShort) {
  const auto message = message_of({"a@b.c", "s", std::string(5000, 'x')}, "1", "n@s.e", kNow);
  for (std::size_t at = 0, next = 0; (next = message.find("\r\n", at)) != std::string::npos; at = next + 2)
    EXPECT_LE(next - at, 78U);
}

}  // namespace
}  // namespace rapt::mail
