// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gtest/gtest.h>

#include "rapt/providers/fetcher.hpp"

namespace rapt::providers {
namespace {

const Substitutes kKnown{{{"s", "a&b=\"c\"\n{{secret:t}}"}, {"t", "never"}}, "v"};

Fetch with_body(std::string type, std::string body) {
  Fetch fetch;
  fetch.url = "https://a.example/";
  fetch.headers = {{"content-type", std::move(type)}};
  fetch.body = std::move(body);
  return fetch;
}

TEST(Placeholders, AreEncodedForWhereTheyStand) {
  const auto form = filled_in(
      with_body("application/x-www-form-urlencoded; charset=utf-8", "x={{secret:s}}&v={{code_verifier}}"), kKnown);
  EXPECT_EQ(form->body, "x=a%26b%3D%22c%22%0A%7B%7Bsecret%3At%7D%7D&v=v");
  const auto json = filled_in(with_body("application/json", R"({"x":"{{secret:s}}"})"), kKnown);
  EXPECT_EQ(json->body, R"({"x":"a&b=\"c\"\n{{secret:t}}"})");
  Fetch fetch;
  fetch.url = "https://a.example/p?x={{secret:s}}";
  fetch.headers = {{"Authorization", "Bearer {{code_verifier}}"}};
  const auto url = filled_in(fetch, kKnown);
  EXPECT_EQ(url->url, "https://a.example/p?x=a%26b%3D%22c%22%0A%7B%7Bsecret%3At%7D%7D");
  EXPECT_EQ(url->headers.front().second, "Bearer v");
}

TEST(Placeholders, WithoutAValueAreRefused) {
  for (const char* body : {"{{secret:other}}", "{{secret:}}", "{{", "{{code_verifier", "{{other}}", "{{secret:s}}{{"})
    EXPECT_FALSE(filled_in(with_body("text/plain", body), kKnown)) << body;
}

TEST(Placeholders, CannotMoveTheHost) {
  for (const char* url :
       {"https://{{secret:t}}.example/", "https://a.example{{secret:t}}", "https://a.example?{{secret:t}}/"}) {
    Fetch fetch;
    fetch.url = url;
    EXPECT_FALSE(filled_in(fetch, kKnown)) << url;
  }
}

}  // namespace
}  // namespace rapt::providers
