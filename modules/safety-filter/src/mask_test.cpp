// SPDX-License-Identifier: AGPL-3.0-or-later
// What a ninth-grader writes, and what must become of it.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include <rapt/testkit.hpp>

#include "masker.hpp"

namespace safety {
namespace {

std::string masked(std::string_view text, const Rules& rules = {}) {
  Counts counts{};
  return mask(text, rules, counts);
}

struct Case {
  const char* before;
  const char* after;
};

const Case kMasked[] = {
    // e-mail
    {"my email is sam.lee@example.com ok?", "my email is [email removed] ok?"},
    {"Write to SAM@EXAMPLE.ORG.", "Write to [email removed]."},
    {"sam+math@mail.school.k12.ca.us is mine", "[email removed] is mine"},
    {"email me at sam at gmail dot com", "email me at [email removed]"},
    {"its sam dot lee at gmail dot com", "its [email removed]"},
    {"jake07 AT yahoo DOT com", "[email removed]"},
    {"sam (at) example (dot) org", "[email removed]"},
    {"sam[at]example[dot]org", "[email removed]"},
    {"sam @ gmail.com", "[email removed]"},
    {"sam@gmail . com", "[email removed]"},
    {"two: a1@x.io, b2@y.co", "two: [email removed], [email removed]"},
    {"s\xE2\x80\x8B"
     "am@exa\xE2\x80\x8Bmple.com",
     "[email removed]"},
    {"josé@correo.es", "[email removed]"},
    // phone
    {"my number is 415-555-0132 text me", "my number is [phone number removed] text me"},
    {"call (415) 555-0132", "call [phone number removed]"},
    {"(415)555-0132 is my moms", "[phone number removed] is my moms"},
    {"415.555.0132", "[phone number removed]"},
    {"415 555 0132", "[phone number removed]"},
    {"hey its jake 4155550132", "hey its jake [phone number removed]"},
    {"text me 4155550132!!", "text me [phone number removed]!!"},
    {"+1 415 555 0132", "[phone number removed]"},
    {"+1 (415) 555-0132", "[phone number removed]"},
    {"1-800-555-0199", "[phone number removed]"},
    {"1 (415) 555-0132", "[phone number removed]"},
    {"+14155550132", "[phone number removed]"},
    {"my nana lives in london, call +44 20 7946 0958", "my nana lives in london, call [phone number removed]"},
    {"+49 30 1234567 germany", "[phone number removed] germany"},
    {"+52 55 1234 5678", "[phone number removed]"},
    {"020 7946 0958", "[phone number removed]"},
    {"07700 900123", "[phone number removed]"},
    {"four one five five five five oh one three two", "[phone number removed]"},
    {"four one five, five five five, zero one three two", "[phone number removed]"},
    {"415 five five five 0132", "[phone number removed]"},
    {"four one five triple five oh one three two", "[phone number removed]"},
    {"text me at 555-0132", "text me at [phone number removed]"},
    {"call 5550132 ok", "call [phone number removed] ok"},
    {"call me 4 1 5 5 5 5 0 1 3 2", "call me [phone number removed]"},
    {"my phone = 415-555-0132", "my phone = [phone number removed]"},
    {"555-123-4567", "[phone number removed]"},
    {"４１５-５５５-０１３２", "[phone number removed]"},
    {"415\xE2\x80\x91"
     "555\xE2\x80\x91"
     "0132",
     "[phone number removed]"},
    {"415-555-0132 415-555-0133", "[phone number removed] [phone number removed]"},
    // card
    {"4111 1111 1111 1111", "[card number removed]"},
    {"4111-1111-1111-1111", "[card number removed]"},
    {"moms visa 4111111111111111", "moms visa [card number removed]"},
    {"5555555555554444", "[card number removed]"},
    {"3782 822463 10005", "[card number removed]"},
    {"6011 1111 1111 1117 exp 12/27", "[card number removed] exp 12/27"},
    // social security
    {"my ssn is 219-09-9999", "my ssn is [social security number removed]"},
    {"ssn 219099999", "ssn [social security number removed]"},
    {"my social is 219 09 9999", "my social is [social security number removed]"},
    {"219-09-9999", "[social security number removed]"},
    {"is 123-45-6789 a real one", "is [social security number removed] a real one"},
    // mixed
    {"sam@x.org 415-555-0132 219-09-9999", "[email removed] [phone number removed] [social security number removed]"},
};

const char* const kKept[] = {
    "3x + 5 = 20",
    "so x = 5?",
    "call f(555) 1234",
    "f(415) 555-0132",
    "if f(x) = 2x then f(4155550132) = 8311100264",
    "x = 4155550132",
    "4155550132 + 1 = 4155550133",
    "what is 415-555-0132",
    "500-300-2000 = -1800",
    "is 2147483647 prime",
    "round 2345678901 to the nearest million",
    "pi is 3.14159265358979",
    "3.1415926535 is close to pi",
    "0.4155550132",
    "1/3 = 0.3333333333333333",
    "4,155,550,132 people",
    "the population was 7800000000 in 2020",
    "2^32 = 4294967296",
    "12345678901234567890",
    "4111111111111112 fails the check",
    "a = 4111111111111111 * 2",
    "on 2024-01-15 we had 30 problems",
    "12/25/2010 and 01-02-2010",
    "born 2009-07-04T10:30:00",
    "10:30 to 11:45",
    "(3, 4) and (-2, 7)",
    "the point (415, 555) is on it",
    "37.7749, -122.4194",
    "1 2 3 4 5 6 7 8 9 10",
    "one two three four five six seven eight nine ten",
    "zero one two three four five six seven eight nine",
    "data: 4 1 5 5 5 5 0 1 3 2",
    "05 10 15 20 25",
    "0110 1001 0110",
    "$4155550132",
    "isbn 978-0-13-468599-1",
    "page 555-560",
    "problems 1-10",
    "I got 98% on 3 tests",
    "5x - 3y + 12z = 1000000000",
    "(x+1)(x-2) = x^2 - x - 2",
    "y = mx + b, m = -3/4",
    "1.5e10 and 6.02e23",
    "x5551234567 is a variable",
    "the answer is +12345678",
    "5 +12345678901",
    "x +4420794609",
    "look at khanacademy dot com",
    "look at khanacademy.com",
    "meet me at desmos.com",
    "go to https://www.desmos.com/calculator",
    "@sam is my friend",
    "3 apples @ 1.50 each",
    "a@b",
    "P(A|B) = 0.25",
    "problem 3.14.15",
    "version 1.2.3.4",
    "192.168.0.1",
    "000-12-3456",
    "900-12-3456",
    "what is 123-45-6789",
    "219 09 9999",
    "my locker is 12-34-56",
    "room 219",
    "class of 2028",
    "add 5550132 and 1",
    "",
    "5",
    "idk",
};

TEST(Mask, MasksWhatIdentifiesAPerson) {
  for (const auto& [before, after] : kMasked) EXPECT_EQ(masked(before), after) << before;
}

TEST(Mask, LeavesMathsAlone) {
  for (const auto* text : kKept) EXPECT_EQ(masked(text), text);
}

TEST(Mask, MaskedTextMasksToItself) {
  std::string all;
  for (const auto& each : kMasked) {
    EXPECT_EQ(masked(each.after), each.after);
    all += std::string(each.before) + "\n";
  }
  const auto once = masked(all);
  EXPECT_EQ(masked(once), once);
  EXPECT_EQ(masked("415-555-0132 555-1234"), masked(masked("415-555-0132 555-1234")));
}

TEST(Mask, CountsEachKind) {
  Counts counts{};
  mask("a@b.co c@d.co 415-555-0132", Rules{}, counts);
  EXPECT_EQ(counts, (Counts{2, 1, 0, 0}));
}

TEST(Mask, MasksOnlyTheKindsThatAreAskedFor) {
  Rules rules;
  rules.mask = {false, true, false, false};
  EXPECT_EQ(masked("sam@x.org 415-555-0132", rules), "sam@x.org [phone number removed]");
}

TEST(Mask, KeepsAddressesOfAllowedDomains) {
  Rules rules;
  rules.allowed_domains = {"school.org"};
  EXPECT_EQ(masked("ms.k@school.org, help@it.school.org, x@notschool.org", rules),
            "ms.k@school.org, help@it.school.org, [email removed]");
}

TEST(Mask, LeavesTheRestOfTheTextByteForByte) {
  EXPECT_EQ(masked("Ünïcödé — ÉTÉ 415-555-0132 naïve"), "Ünïcödé — ÉTÉ [phone number removed] naïve");
}

TEST(Mask, NeverPartsACharacter) {
  std::string name;
  while (name.size() < 90) name += "日本";
  EXPECT_EQ(masked(name + "@x.org").find("日本日本"), 0u);
  for (std::size_t i = 0; i < 3; ++i) {
    for (const auto& text : {name + std::string(i, 'a') + "@x.org", "a@x." + std::string(i, 'a') + name + " b"})
      EXPECT_TRUE(rapt::testkit::is_utf8(masked(text))) << masked(text);
  }
}

TEST(Mask, SurvivesHostileBytes) {
  std::mt19937 random(7);
  const std::string alphabet = "0123456789@.-() +atdotfive\x80\xff\xe2\xc3\xf0[]";
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 200, ' ');
    for (auto& c : text) c = alphabet[random() % alphabet.size()];
    const auto once = masked(text);
    EXPECT_EQ(masked(once), once) << text;
  }
}

TEST(Mask, TakesAMegabyteOfAnything) {
  for (const std::string unit :
       {"1", "a@", "@", "1-", "five ", "a@b.", " at ", "(", "415-555-0132 ", "a dot ", "x", "\xff", "4111 ", ". "}) {
    std::string text;
    while (text.size() < (1u << 20)) text += unit;
    const auto once = masked(text);
    EXPECT_FALSE(once.empty());
  }
}

TEST(MaskJson, ReplacesStringValuesOnly) {
  Counts counts{};
  const std::string json =
      R"({ "sam@x.org": 4155550132, "n": 1.10, "big": 12345678901234567890, "contact": ["415-555-0132", {"mail": "a\u0040b.co \"hi\""}] })";
  EXPECT_EQ(
      mask_json(json, Rules{}, counts),
      R"({ "sam@x.org": 4155550132, "n": 1.10, "big": 12345678901234567890, "contact": ["[phone number removed]", {"mail": "[email removed] \"hi\""}] })");
  EXPECT_EQ(counts, (Counts{1, 1, 0, 0}));
}

TEST(MaskJson, LeavesAnUntouchedDocumentByteForByte) {
  Counts counts{};
  const std::string json = "{\"a\" : \"x \\u00e9 \\ud83d\\ude00 \\ud800\",\n \"b\":[true,null,\"\"]}";
  EXPECT_EQ(mask_json(json, Rules{}, counts), json);
}

TEST(MaskJson, ReadsEscapesBeforeItLooks) {
  Counts counts{};
  EXPECT_EQ(mask_json(R"(["😀 sam\u0040x.org \ud83d\ude00\n"])", Rules{}, counts), "[\"😀 [email removed] 😀\\u000a\"]");
}

TEST(MaskJson, SurvivesWhatIsNoJson) {
  Counts counts{};
  for (const char* text : {"", "\"", "\"\\", "\"abc", "\"\\u12", "[\"415-555-0132"}) mask_json(text, Rules{}, counts);
}

}  // namespace
}  // namespace safety
