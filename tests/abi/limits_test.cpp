// SPDX-License-Identifier: AGPL-3.0-or-later
// What the headers say that a module may have is what a host takes: so much, and not one more.
#include <gtest/gtest.h>
#include <rapt/events.h>
#include <rapt/exports.h>
#include <rapt/jobs.h>
#include <rapt/panels.h>
#include <rapt/routes.h>

#include <functional>

#include <nlohmann/json.hpp>

#include "rapt/bundle/manifest.hpp"
#include "rapt/host/export_piece.hpp"
#include "rapt/host/panel_answer.hpp"

namespace rapt::abi {
namespace {

using nlohmann::json;

json many(std::size_t count, const std::function<json(std::size_t)>& one) {
  json out = json::array();
  for (std::size_t i = 0; i < count; ++i) out.push_back(one(i));
  return out;
}

std::string word(std::size_t i) {
  return "n" + std::to_string(i);
}

/// "" or what is wrong with a manifest that has that member.
std::string fault_of(const char* member, const json& value) {
  json manifest = {{"name", "limits"},      {"version", "1.0.0"}, {"title", "T"}, {"description", "D"},
                   {"publisher", "author"}, {"license", "MIT"},   {"abi", "1.3"}, {"hooks", json::array()}};
  manifest["libraries"] = {{"x86_64-linux-gnu", "lib/x86_64-linux-gnu/limits.so"}};
  for (const auto* name : {"routes", "jobs", "events", "panels", "exports"})
    manifest["permissions"].push_back({{"name", name}, {"reason", "R."}});
  manifest[member] = value;
  const auto read = bundle::parse_manifest(manifest.dump());
  if (read) return "";
  return read.error().fields.empty() ? read.error().message : read.error().fields[0].path;
}

void expect_most(const char* member, std::size_t most, const std::function<json(std::size_t)>& one) {
  EXPECT_EQ(fault_of(member, many(most, one)), "");
  EXPECT_NE(fault_of(member, many(most + 1, one)), "") << member;
}

/// A whole number in the only item of a list.
void expect_range(const char* member, const json& item, const char* name, std::int64_t least, std::int64_t most) {
  for (const auto number : {least - 1, least, most, most + 1}) {
    json one = item;
    one[name] = number;
    const bool within = number >= least && number <= most;
    EXPECT_EQ(fault_of(member, json::array({one})).empty(), within) << member << " " << name << " " << number;
  }
}

json route(std::size_t i) {
  return {{"method", "GET"}, {"path", "/" + word(i)}, {"access", "user"}};
}
json job(std::size_t i) {
  return {{"name", word(i)}};
}
json panel(std::size_t i) {
  return {{"id", word(i)}, {"title", "T"}, {"place", "class"}, {"access", "teacher"}};
}
json file(std::size_t i) {
  json out = panel(i);
  out["content_type"] = "text/csv";
  out["file_name"] = "a.csv";
  return out;
}

TEST(Limits, OfManifestsAreThoseOfTheHeaders) {
  expect_most("routes", RAPT_ROUTES_MAX, route);
  expect_range("routes", route(0), "body_bytes", 0, RAPT_ROUTES_MAX_BODY_BYTES);
  expect_range("routes", route(0), "rate_per_minute", 1, RAPT_ROUTES_MAX_PER_MINUTE);
  expect_range("routes", route(0), "timeout_ms", 1, RAPT_ROUTES_MAX_TIMEOUT_MS);
  expect_most("jobs", RAPT_JOBS_MAX_KINDS, job);
  expect_range("jobs", job(0), "timeout_ms", 1, RAPT_JOBS_MAX_TIMEOUT_MS);
  expect_range("jobs", job(0), "max_attempts", 1, RAPT_JOBS_MAX_ATTEMPTS);
  expect_most("panels", RAPT_PANELS_MAX, panel);
  expect_range("panels", panel(0), "timeout_ms", 1, RAPT_PANELS_MAX_TIMEOUT_MS);
  expect_most("exports", RAPT_EXPORTS_MAX, file);
  expect_range("exports", file(0), "timeout_ms", 1, RAPT_EXPORTS_MAX_TIMEOUT_MS);
  for (const auto* list : {"subscribe", "publish"}) {
    const auto type = [&](std::size_t i) { return json(list[0] == 's' ? "other." + word(i) : word(i)); };
    EXPECT_EQ(fault_of("events", {{list, many(RAPT_EVENTS_MAX_TYPES, type)}}), "");
    EXPECT_NE(fault_of("events", {{list, many(RAPT_EVENTS_MAX_TYPES + 1, type)}}), "") << list;
  }
}

bool is_drawn(const json& part) {
  return host::read_panel_answer(json{{"parts", json::array({part})}}.dump()).has_value();
}

void expect_drawn(std::size_t most, const std::function<json(std::size_t)>& part) {
  EXPECT_TRUE(is_drawn(part(most))) << part(1);
  EXPECT_FALSE(is_drawn(part(most + 1))) << part(1);
}

json text_part(std::size_t bytes) {
  return {{"kind", "text"}, {"text", std::string(bytes, 'x')}};
}

TEST(Limits, OfPanelsAreThoseOfTheHeader) {
  const auto parts = [](std::size_t count) {
    const json answer{{"parts", many(count, [](std::size_t) { return text_part(1); })}};
    return host::read_panel_answer(answer.dump()).has_value();
  };
  EXPECT_TRUE(parts(RAPT_PANELS_MAX_PARTS));
  EXPECT_FALSE(parts(RAPT_PANELS_MAX_PARTS + 1));
  expect_drawn(RAPT_PANELS_MAX_ITEMS, [](std::size_t count) {
    const auto item = [](std::size_t i) { return json{{"label", word(i)}, {"value", 1}}; };
    return json{{"kind", "counters"}, {"items", many(count, item)}};
  });
  const auto label = [](std::size_t i) { return json{{"label", word(i)}}; };
  expect_drawn(RAPT_PANELS_MAX_COLUMNS, [&](std::size_t count) {
    return json{{"kind", "table"}, {"columns", many(count, label)}, {"rows", json::array()}};
  });
  expect_drawn(RAPT_PANELS_MAX_ROWS, [&](std::size_t count) {
    const auto row = [](std::size_t) { return json::array({1}); };
    return json{{"kind", "table"}, {"columns", many(1, label)}, {"rows", many(count, row)}};
  });
  const auto chart = [](std::size_t labels, std::size_t series) {
    const auto one = [&](std::size_t i) {
      return json{{"label", word(i)}, {"values", many(labels, [](std::size_t) { return 1; })}};
    };
    const auto x = many(labels, [](std::size_t i) { return word(i); });
    return json{{"kind", "chart"}, {"form", "line"}, {"x", x}, {"series", many(series, one)}};
  };
  expect_drawn(RAPT_PANELS_MAX_LABELS, [&](std::size_t count) { return chart(count, 1); });
  expect_drawn(RAPT_PANELS_MAX_SERIES, [&](std::size_t count) { return chart(1, count); });
  expect_drawn(RAPT_PANELS_MAX_MARKDOWN_BYTES, text_part);
  expect_drawn(RAPT_PANELS_MAX_TEXT_BYTES, [](std::size_t bytes) {
    return json{{"kind", "text"}, {"title", std::string(bytes, 'x')}, {"text", "t"}};
  });
  const auto padded = [](std::size_t bytes) {
    const std::string answer = R"({"parts":[]})";
    return host::read_panel_answer(answer + std::string(bytes - answer.size(), ' ')).has_value();
  };
  EXPECT_TRUE(padded(RAPT_PANELS_MAX_BYTES));
  EXPECT_FALSE(padded(RAPT_PANELS_MAX_BYTES + 1));
}

TEST(Limits, OfExportsAreThoseOfTheHeader) {
  const auto piece = [](std::size_t memo) {
    return host::read_export_piece(json{{"text", "t"}, {"memo", std::string(memo, 'm')}}.dump()).has_value();
  };
  EXPECT_TRUE(piece(RAPT_EXPORTS_MAX_MEMO_BYTES));
  EXPECT_FALSE(piece(RAPT_EXPORTS_MAX_MEMO_BYTES + 1));
  EXPECT_EQ(host::kMostExportPieces, static_cast<int>(RAPT_EXPORTS_MAX_PIECES));
}

}  // namespace
}  // namespace rapt::abi
