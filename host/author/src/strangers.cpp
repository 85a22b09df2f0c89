// SPDX-License-Identifier: AGPL-3.0-or-later
#include "strangers.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "contexts.hpp"

namespace rapt::author {

using hooks::Point;
using nlohmann::json;

namespace {

constexpr std::size_t kDeep = 32;  // levels of a body or payload that a host takes
constexpr std::size_t kMemo = 8000, kQuery = 4000, kPlace = 200, kWord = 200;

bool has_body(const json& input) {
  return input["method"] != "GET" && input["method"] != "DELETE";
}

void set_body(json& input, json body) {
  input["body"] = body.dump(-1, ' ', false, json::error_handler_t::replace);
  input["content_type"] = "application/json";
  input["json"] = std::move(body);
}

std::string dumped(const json& input) {
  return input.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool one_in(std::mt19937_64& random, unsigned many) {
  return random() % many == 0;
}

std::string word(std::mt19937_64& random) {
  auto text = random_text(random).substr(0, kWord);
  std::replace(text.begin(), text.end(), '/', '-');
  return text.empty() ? "-" : text;
}

json anything(std::mt19937_64& random, std::size_t depth) {
  if (one_in(random, 10)) return json::parse(std::string(kDeep - depth, '[') + std::string(kDeep - depth, ']'));
  return one_in(random, 3) ? json(random_text(random)) : json::parse(random_json(random));
}

/// The sample with something in it changed.
json changed(const json& sample, std::mt19937_64& random, std::size_t depth = 0) {
  const bool here = !sample.is_structured() || sample.empty() || depth + 1 == kDeep || one_in(random, 8);
  if (here) return anything(random, depth);
  json out = sample;
  const auto chosen = std::next(out.begin(), static_cast<std::ptrdiff_t>(random() % out.size()));
  if (one_in(random, 3)) {
    out.erase(chosen);
  } else {
    *chosen = changed(*chosen, random, depth + 1);
  }
  return out;
}

/// Likewise, and still an object: what is published and ordered is one.
json changed_object(const json& sample, std::mt19937_64& random) {
  auto out = changed(sample, random, 1);
  return out.is_object() ? out : json{{"value", std::move(out)}};
}

void change_route(json& input, std::size_t most_body, std::mt19937_64& random) {
  for (auto& [name, value] : input["parameters"].items())
    if (one_in(random, 2)) value = word(random);
  auto& query = input["query"];
  for (auto& [name, value] : query.items())
    if (one_in(random, 2)) value = random_text(random).substr(0, kWord);
  if (one_in(random, 3)) query[word(random)] = word(random);
  if (!has_body(input)) return;
  if (!input.contains("json") && !input.value("body", "").empty()) {
    input["body"] = random_text(random).substr(0, most_body);
    return;
  }
  auto body = changed(input.value("json", json::object()), random);
  if (dumped(body).size() <= most_body) set_body(input, std::move(body));
}

}  // namespace

CallCase with_text(CallCase what, const std::string& text) {
  auto input = json::parse(what.input_json);
  if (what.point == Point::kAuthStart) {
    // Host-made beside the settings, which the module's schema has passed.
    input["memo"] = text.substr(0, kMemo);
  } else if (what.point == Point::kRoute) {
    input["query"] = {{"q", text.substr(0, kQuery)}};
    if (has_body(input)) set_body(input, {{"text", text}});
  } else if (what.point == Point::kExport) {
    input["memo"] = text.substr(0, kMemo);
  } else if (what.point == Point::kPanel) {
    input["place_id"] = text.substr(0, kPlace);
  } else {
    input["payload"] = {{"text", text}};
  }
  what.input_json = dumped(input);
  return what;
}

CallCase at_random(CallCase what, std::size_t most_body, std::mt19937_64& random) {
  if (what.point == Point::kRoute) {
    auto input = json::parse(what.input_json);
    change_route(input, most_body, random);
    what.input_json = dumped(input);
    return what;
  }
  if (what.point != Point::kJob && what.point != Point::kEvent) return with_text(std::move(what), random_text(random));
  auto input = json::parse(what.input_json);
  auto payload = changed_object(input.value("payload", json::object()), random);
  if (dumped(payload).size() <= most_body) input["payload"] = std::move(payload);
  what.input_json = dumped(input);
  return what;
}

}  // namespace rapt::author
