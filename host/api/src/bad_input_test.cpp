// SPDX-License-Identifier: AGPL-3.0-or-later
// Bodies that are wrong: for every field, also deep within, all that it must not be, sent by everybody. Each gets its
// documented refusal, which names the place, and nothing is stored.
#include "bad_input.hpp"

namespace rapt::api {
namespace {

TEST_F(BadInput, SeesWhateverIsStored) {
  const auto before = stored();
  EXPECT_EQ(stored(), before);
  scratch->script("UPDATE classes SET name = 'Other' WHERE id = '" + id(4) + "'");
  EXPECT_NE(stored(), before);
}

TEST_F(BadInput, EveryFieldOfEveryBodyIsNamedWhenItIsWrongAndNothingIsStored) {
  const auto before = stored();
  in_every_role([&] {
    for (const auto& route : routes()) {
      const auto schema = body_schema(route);
      if (schema.is_null()) continue;
      const auto good = sample_.of(schema);
      for (const auto& [field, given] : schema["properties"].items()) {
        for (const auto& [what, value] : wrong_values(sample_.resolved(given)))
          expect_refused(route, field, what, send(route, with(good, field, value)));
      }
      for (const auto& field : schema.value("required", json::array())) {
        auto body = good;
        body.erase(field.get<std::string>());
        expect_refused(route, field, "missing", send(route, body.dump()));
      }
      EXPECT_EQ(stored(), before) << route.method << " " << route.pattern << " stored something";
    }
  });
  EXPECT_GT(asked_, 900) << "the table is made from the description";
}

TEST_F(BadInput, WhatIsWrongDeepWithinAFieldIsRefusedUnderItsName) {
  const auto before = stored();
  in_every_role([&] {
    for (const auto& route : routes()) {
      const auto schema = body_schema(route);
      if (schema.is_null()) continue;
      const auto good = sample_.of(schema);
      for (const auto& [field, given] : schema["properties"].items()) {
        for (const auto& [what, value] : wrong_within(sample_, given))
          expect_refused(route, field, what, send(route, with(good, field, value)));
      }
      EXPECT_EQ(stored(), before) << route.method << " " << route.pattern << " stored something";
    }
  });
  EXPECT_GT(asked_, 100);
}

TEST_F(BadInput, ABodyThatIsNoneIsRefusedEverywhere) {
  const auto before = stored();
  for (const auto& route : routes()) {
    if (body_schema(route).is_null()) continue;
    const std::string deep = R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}";
    for (const auto& [what, text] :
         std::vector<std::pair<std::string, std::string>>{{"malformed", "{"},
                                                          {"array", "[]"},
                                                          {"text", "\"a\""},
                                                          {"deep", deep},
                                                          {"NUL byte", std::string(1, '\0')}})
      expect_refused(route, "", what, send(route, text));
    const auto form = raw(std::string(route.method) + " " + path(route) +
                          " HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\nContent-Type: text/plain\r\n"
                          "Content-Length: 2\r\n" +
                          cookie_ + "\r\n{}");
    expect_refused(route, "", "other type", form, {415});
    EXPECT_EQ(stored(), before) << route.method << " " << route.pattern << " stored something";
  }
}

TEST_F(BadInput, EveryRouteKnowsTheFieldsThatItsDescriptionNamesAndNoOther) {
  for (const auto& route : routes()) {
    const auto schema = body_schema(route);
    if (schema.is_null()) continue;
    const auto heard = send(route, R"({"no_such_field":1})");
    expect_refused(route, "no_such_field", "unknown", heard);
    std::set<std::string> described, known;
    for (const auto& item : schema["properties"].items()) described.insert(item.key());
    for (const auto& fault : parsed(heard).value("details", json::object()).value("fields", json::array())) {
      if (fault["path"] != "no_such_field") continue;
      auto words = fault["message"].get<std::string>();
      const auto start = words.find("known: ");
      words = start == std::string::npos ? "" : words.substr(start + 7);
      for (std::size_t at = 0; at < words.size(); at = std::min(words.find(", ", at), words.size() - 2) + 2)
        known.insert(words.substr(at, words.find(", ", at) - at));
    }
    EXPECT_EQ(known, described) << route.method << " " << route.pattern << ": " << heard.body;
  }
}

}  // namespace
}  // namespace rapt::api
